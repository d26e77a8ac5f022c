import { fairUpperTail } from './binomial-tail.ts';

/**
 * The exact two-sided p-value of "both are right equally often", from the pairs on which exactly one is right; the others say nothing about it.
 *
 * McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", Psychometrika 12 (1947), in its
 * exact conditional form.
 */
export function mcnemarExact(onlyFirst: number, onlySecond: number): number {
  const discordant = onlyFirst + onlySecond;
  return Math.min(1, 2 * fairUpperTail(Math.max(onlyFirst, onlySecond), discordant));
}
