import betainc from '@stdlib/math-base-special-betainc';

/** P(X ≥ count) of fair coin tosses, computed as that tail itself, never as 1 − cdf. */
export function fairUpperTail(count: number, tosses: number): number {
  return count <= 0 ? 1 : count > tosses ? 0 : betainc(0.5, count, tosses - count + 1);
}
