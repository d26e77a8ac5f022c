import { expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';

const UNIT = { low: 0, high: 1 };

test('a cell is the mean of its pixels, in steps of the pipeline’s range', () => {
  // 64×64, two by two pixels a cell: 0, 0, 1 and 1 make a half.
  const input = Float32Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.floor(i / 3) % 2);
  expect(new Set(fingerprint(input, 64, 64, [UNIT, UNIT, UNIT]))).toEqual(new Set([128]));
  const centred = input.map((value) => 2 * value - 1);
  const range = { low: -1, high: 1 };
  expect(fingerprint(centred, 64, 64, [range, range, range])).toEqual(fingerprint(input, 64, 64, [UNIT, UNIT, UNIT]));
});

test('channels first, odd sizes and small ones', () => {
  const [height, width] = [37, 51];
  const last = Float32Array.from({ length: height * width * 3 }, (_, i) => (i % 251) / 255);
  const first = new Float32Array(last.length);
  for (let pixel = 0; pixel < height * width; pixel++)
    for (let channel = 0; channel < 3; channel++) first[channel * height * width + pixel] = last[pixel * 3 + channel] as number;
  const expected = fingerprint(last, height, width, [UNIT, UNIT, UNIT]);
  expect(fingerprint(first, height, width, [UNIT, UNIT, UNIT], true)).toEqual(expected);
  const small = fingerprint(Float32Array.from([0, 1, 1, 0]), 2, 2, [UNIT]);
  expect([0, 15, 16, 31, 31 * 32].map((cell) => small?.[cell])).toEqual([0, 0, 255, 255, 255]);
});

test('what leaves the range a little is cut, what lies far outside or is no number is no picture', () => {
  const corners = fingerprint(Float32Array.from([-0.05, 1.05, 0.5, 1]), 2, 2, [UNIT]);
  expect(corners?.filter((_, i) => i % 16 === 0 && i % 512 < 32)).toEqual(Uint8Array.from([0, 255, 128, 255]));
  for (const value of [-0.2, 7, Number.NaN, Number.POSITIVE_INFINITY])
    expect(fingerprint(Float32Array.from([value, 0, 0, 0]), 2, 2, [UNIT])).toBeUndefined();
});
