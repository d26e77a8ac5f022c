import betainc from '@stdlib/math-base-special-betainc';
import gammaln from '@stdlib/math-base-special-gammaln';

/**
 * The natural logarithm of the e-value against "at most `p0`" after `successes` and `failures` of a Bernoulli sequence:
 *
 *     E = ∫ (q/p0)^S ((1−q)/(1−p0))^F dq/(1−p0)   over q from p0 to 1
 *       = B(S+1, F+1) · P(Beta(S+1, F+1) > p0) / (p0^S (1−p0)^(F+1))
 *
 * Each integrand is a likelihood ratio that no chance of success up to p0 favours, so E, their mean, is a supermartingale under all of
 * them and passes 1/α with probability at most α at *any* time (Ville). Rejecting where E ≥ 1/α is therefore safe however often anyone looks,
 * and after any rule of stopping.
 *
 * With q = p0 + (1−p0)u it is ∫ (1 + u(1/p0 − 1))^S (1−u)^F du over u from 0 to 1, from which follows what the callers use: E falls in p0,
 * rises in S, falls in F, and ln E is convex along any ray (S, F)·t, where it starts at 0.
 *
 * Counts need not be whole. Howard et al., Ann. Stat. 49 (2021), section 3 (beta-binomial mixture); Waudby-Smith and Ramdas, JRSS B 86 (2024).
 */
export function logMixtureEValue(successes: number, failures: number, p0: number): number {
  const [a, b] = [successes + 1, failures + 1];
  const logBeta = gammaln(a) + gammaln(b) - gammaln(a + b);
  // The upper tail, never 1 − lower. It underflows only where p0 lies far above S/n, where E is below 1 anyway.
  const logTail = Math.log(betainc(p0, a, b, true, true));
  return logBeta + logTail - successes * Math.log(p0) - b * Math.log1p(-p0);
}
