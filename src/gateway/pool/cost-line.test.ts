import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CostLine } from './cost-line.ts';

const learned = (batches: readonly (readonly [rows: number, milliseconds: number])[]) => {
  const line = new CostLine();
  for (const [rows, milliseconds] of batches) line.learn(rows, milliseconds);
  return line;
};

test('before the first batch nothing is known, and nothing holds a batch back', () => {
  const line = new CostLine();
  expect(line.isKnown).toBe(false);
  expect(line.milliseconds(8)).toBe(0);
  expect(line.rowsWithin(1)).toBe(Number.POSITIVE_INFINITY);
});

test('a line is found again', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 50, noNaN: true }), fc.double({ min: 0, max: 50, noNaN: true }), (a, b) => {
      const line = learned([1, 4, 2, 8, 1, 6].map((rows) => [rows, a * rows + b]));
      expect(line.milliseconds(16)).toBeCloseTo(16 * a + b, 4);
      expect(line.rowsWithin(16 * a + b + a / 2)).toBe(16);
    }),
  );
});

test('batches of one size overstate larger ones, never understate them', () => {
  const line = learned(Array.from({ length: 9 }, () => [4, 20]));
  expect(line.milliseconds(4)).toBeCloseTo(20);
  expect(line.milliseconds(8)).toBeCloseTo(40);
});

describe('noise', () => {
  test('a larger batch that took less time makes neither slope nor offset negative', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 32 }), fc.double({ min: 0.1, max: 100, noNaN: true })), { minLength: 1 }),
        (batches) => {
          const line = learned(batches);
          expect(line.milliseconds(1)).toBeGreaterThanOrEqual(0);
          expect(line.milliseconds(32)).toBeGreaterThanOrEqual(line.milliseconds(1));
          expect(line.rowsWithin(0)).toBeGreaterThanOrEqual(1);
        },
      ),
    );
  });

  test('a machine that becomes slower is believed within a few hundred batches', () => {
    const line = learned([1, 2, 4, 8].flatMap((rows) => Array.from({ length: 100 }, () => [rows, 5 * rows] as const)));
    for (let batch = 0; batch < 400; batch++) line.learn(1 + (batch % 8), 10 * (1 + (batch % 8)));
    expect(line.milliseconds(8)).toBeGreaterThan(75);
  });
});
