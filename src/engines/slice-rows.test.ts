import { expect, test } from 'vitest';
import { sliceRows } from './slice-rows.ts';

test('rows of a tensor, as many as there are', () => {
  const tensor = { dtype: 'float32', shape: [3, 2], data: Uint8Array.from({ length: 24 }, (_, index) => index) } as const;
  expect(sliceRows(tensor, 1, 2)).toEqual({ dtype: 'float32', shape: [1, 2], data: tensor.data.slice(8, 16) });
  expect(sliceRows(tensor, 2, 9)).toMatchObject({ shape: [1, 2], data: tensor.data.slice(16) });
});
