import type { RateEvidence } from '../../bundle/evidence/agreement-evidence.ts';
import { clopperPearson } from '../../statistics/clopper-pearson.ts';

/** The certainty of every figure of a validation: 95 %, two-sided for intervals, one-sided for bounds. */
export const ALPHA = 0.05;

export function rateOf(count: number, samples: number): RateEvidence {
  return { samples, rate: samples === 0 ? null : count / samples, interval: clopperPearson(count, samples, ALPHA) };
}
