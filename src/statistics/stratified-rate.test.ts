import { expect, test } from 'vitest';
import { clopperPearson } from './clopper-pearson.ts';
import { stratifiedRate } from './stratified-rate.ts';

test('one stratum has its exact interval', () => {
  const { lower, upper } = clopperPearson(3, 1000, 0.05);
  const found = stratifiedRate([{ weight: 1, events: 3, samples: 1000 }], 0.05);
  expect(found.estimate).toBe(0.003);
  expect(found.lower).toBeCloseTo(lower, 12);
  expect(found.upper).toBeCloseTo(upper, 12);
});

test('a rare class that flips often counts by its share of production, not of the folder', () => {
  const { estimate } = stratifiedRate(
    [
      { weight: 0.999, events: 0, samples: 100 },
      { weight: 0.001, events: 50, samples: 100 },
    ],
    0.05,
  );
  expect(estimate).toBeCloseTo(0.0005, 12);
});

test('a class without samples could have any rate', () => {
  const { estimate, lower, upper } = stratifiedRate(
    [
      { weight: 0.9, events: 0, samples: 1000 },
      { weight: 0.1, events: 0, samples: 0 },
    ],
    0.05,
  );
  expect(estimate).toBeNull();
  expect(lower).toBe(0);
  expect(upper).toBeGreaterThan(0.1);
});
