import type { AgreementEvidence, GateEvidence, NeededSamples } from '../../bundle/evidence/agreement-evidence.ts';
import type { Head } from '../../policy/head.ts';
import type { Policy } from '../../policy/policy.ts';
import { samplesNeededAtCount, samplesNeededAtRate } from '../../statistics/needed-samples.ts';
import { peekSafeLowerBound, peekSafeUpperBound } from '../../statistics/peek-safe-bound.ts';
import { named } from './class-names.ts';
import type { Directions } from './directions.ts';
import { ALPHA } from './rate.ts';
import type { Tally } from './tally.ts';

/** Whether `agreements` of `samples` certify an agreement of `limit`, refute it, or do neither; and how many samples certifying it would take. */
export function judgeAgreement(agreements: number, samples: number, limit: number): Pick<AgreementEvidence, 'lowerBound' | 'verdict' | 'needed'> {
  const lowerBound = peekSafeLowerBound(agreements, samples, ALPHA);
  if (lowerBound >= limit) return { lowerBound, verdict: 'certified', needed: null };
  const isRefuted = peekSafeUpperBound(agreements, samples, ALPHA) < limit;
  return { lowerBound, verdict: isRefuted ? 'refuted' : 'uncertain', needed: needed(samples - agreements, samples, limit) };
}

function needed(failures: number, samples: number, limit: number): NeededSamples {
  const rate = samples === 0 ? 0 : failures / samples;
  return { atCount: samplesNeededAtCount(failures, limit, ALPHA), atRate: samplesNeededAtRate(rate, limit, ALPHA) };
}

/** What the policy demands of classes and directions, each certified by its own samples. */
export function judgeGates({ gates }: Policy, heads: readonly Head[], classes: Tally, directions: Directions): readonly GateEvidence[] {
  const byClass = Object.entries(gates?.minAgreement ?? {}).map(([name, limit]): GateEvidence => {
    // A policy names a class without its head; of several that have it each sample counts in each.
    const rows = heads.filter((head) => head.classes.includes(name)).map((head) => classes.of(named(heads, head, name)));
    const [samples, agreements] = [rows.reduce((sum, row) => sum + row.samples, 0), rows.reduce((sum, row) => sum + row.agreements, 0)];
    const { lowerBound, verdict, needed: more } = judgeAgreement(agreements, samples, limit);
    return {
      kind: 'minAgreement',
      ...{ name, limit, samples },
      failures: samples - agreements,
      bound: lowerBound,
      verdict,
      passed: verdict === 'certified',
      needed: more,
    };
  });
  const byDirection = Object.entries(gates?.maxShare ?? {}).map(([name, limit]): GateEvidence => {
    const [from = '', to = ''] = name.split('->');
    const [count, samples] = [directions.count(from, to), directions.total(from)];
    const bound = peekSafeUpperBound(count, samples, ALPHA);
    const common = { kind: 'maxShare', name, limit, samples, failures: count, bound } as const;
    if (bound <= limit) return { ...common, verdict: 'certified', passed: true, needed: null };
    const verdict = peekSafeLowerBound(count, samples, ALPHA) > limit ? 'refuted' : 'uncertain';
    return { ...common, verdict, passed: false, needed: needed(count, samples, 1 - limit) };
  });
  return [...byClass, ...byDirection];
}
