import { expect, test } from 'vitest';
import { orderImages } from './order-images.ts';

test('those that tell most come first, turned ones last, or as every third', () => {
  const spreads = [1, 5, 3, 4, 2, 6];
  const images = spreads.map((spread, image) => ({ spread, turned: image === 1 || image === 3 }));
  expect(orderImages(images)).toEqual({ straightFirst: [5, 2, 4, 0, 1, 3], mixed: [5, 2, 1, 4, 0, 3] });
  expect(orderImages(images.map(({ spread }) => ({ spread, turned: true }))).mixed).toEqual([5, 1, 3, 2, 4, 0]);
});
