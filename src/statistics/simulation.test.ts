import { expect, test } from 'vitest';
import { falseAlarmsUnderPeeking, matchedThresholdCoverage, pairedCoverage, stratifiedCoverage } from './testing/simulations.ts';

// The long form, with the figures, is benchmarks/statistics.

test('who looks after every sample is deceived in at most 5 % of sequences by the peek-safe bound, and far more often by the fixed one', () => {
  const { peekSafe, fixed } = falseAlarmsUnderPeeking(0.99, 2000, 1000, 0.05, 1);
  expect(peekSafe).toBeLessThanOrEqual(0.05);
  expect(peekSafe).toBeGreaterThan(0);
  expect(fixed).toBeGreaterThan(0.08);
});

test('the interval at the production mix holds the true rate', () => {
  const strata = [
    { weight: 0.97, rate: 0.0004, samples: 1200 },
    { weight: 0.02, rate: 0.02, samples: 500 },
    { weight: 0.01, rate: 0.01, samples: 300 },
  ];
  const { held, above } = stratifiedCoverage(strata, 1000, 0.05, 2);
  expect(held).toBeGreaterThanOrEqual(0.95);
  expect(above).toBeLessThanOrEqual(0.025);
});

test('the interval of a difference of accuracies holds the true one', () => {
  // An asymptotic interval: a nominal 95 % within simulation error.
  expect(pairedCoverage(0.03, 0.02, 500, 1000, 0.05, 3)).toBeGreaterThan(0.93);
});

test('the interval of a matched threshold holds the one that matches in truth', () => {
  expect(matchedThresholdCoverage(400, 400, 0.05, 4)).toBeGreaterThanOrEqual(0.94);
});
