import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clopperPearson } from './clopper-pearson.ts';
import { mcnemarExact } from './mcnemar.ts';
import { logMixtureEValue } from './mixture-e-value.ts';
import { pairedDifference } from './paired-difference.ts';

/** Made by testing/record_vectors.py with scipy, statsmodels and mpmath. */
const vectors = JSON.parse(readFileSync(new URL('testing/vectors.json', import.meta.url), 'utf8')) as Record<string, number[][]>;
const rows = (name: string) => vectors[name] as [number, number, number, number, number, number][];

test('Clopper–Pearson is scipy’s exact interval', () => {
  for (const [successes, trials, alpha, lower, upper] of rows('clopperPearson')) {
    const found = clopperPearson(successes, trials, alpha);
    expect(found.lower).toBeCloseTo(lower, 12);
    expect(found.upper).toBeCloseTo(upper, 12);
  }
});

test('the closed form of the mixture is its integral', () => {
  for (const [successes, failures, p0, logE] of rows('logMixtureEValue')) expect(logMixtureEValue(successes, failures, p0)).toBeCloseTo(logE, 9);
});

test("McNemar's exact p-value is statsmodels'", () => {
  for (const [first, second, p] of rows('mcnemar')) expect(mcnemarExact(first, second)).toBeCloseTo(p, 12);
  expect(mcnemarExact(0, 0)).toBe(1);
});

test("Tango's interval is the one whose likelihood was maximised numerically, and the published one", () => {
  // The search of the script ends at about 1e-8 of the likelihood's maximum.
  for (const [first, second, pairs, alpha, lower, upper] of rows('pairedDifference')) {
    const found = pairedDifference(first, second, pairs, alpha);
    expect(found.lower).toBeCloseTo(lower, 6);
    expect(found.upper).toBeCloseTo(upper, 6);
  }
  // Fagerland et al. (2014), table VI: airway hyper-responsiveness before and after stem cell transplantation.
  const { estimate, lower, upper } = pairedDifference(1, 7, 21, 0.05);
  expect(estimate).toBeCloseTo(-0.286, 3);
  expect(lower).toBeCloseTo(-0.517, 3);
  expect(upper).toBeCloseTo(-0.026, 3);
});

test('pairs without discordance leave a difference that shrinks with their number', () => {
  const { estimate, lower, upper } = pairedDifference(0, 0, 1000, 0.05);
  expect(estimate).toBe(0);
  expect(upper).toBeCloseTo(3.8415 / 1003.8415, 6);
  expect(lower).toBeCloseTo(-upper, 12);
  expect(pairedDifference(0, 0, 0, 0.05)).toEqual({ estimate: 0, lower: -1, upper: 1 });
});
