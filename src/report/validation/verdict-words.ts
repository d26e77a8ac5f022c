import type { AgreementEvidence, NeededSamples } from '../../bundle/evidence/agreement-evidence.ts';
import type { ValidationEvidence } from '../../bundle/evidence/validation-evidence.ts';
import type { Check } from '../checklist.ts';
import { count, counted, percent, roundPercent } from '../numbers.ts';
import type { Tone } from '../page.ts';

/** How a validation ended, in one word. */
export function verdictWord({ passed, verdict, samples, gates, strict, skipped, preprocess }: ValidationEvidence): {
  readonly word: string;
  readonly tone: Tone;
} {
  // The few images that find a pipeline certify nothing, nor were they to.
  if (preprocess !== undefined && !(strict && skipped.total > 0))
    return preprocess.found ? { word: 'pipeline found', tone: 'good' } : { word: 'no pipeline found', tone: 'bad' };
  if (passed) return { word: 'passed', tone: 'good' };
  if (samples === 0) return { word: 'nothing compared', tone: 'bad' };
  const isRefuted = [verdict, ...gates.map((gate) => gate.verdict)].includes('refuted') || (strict && skipped.total > 0);
  return isRefuted ? { word: 'failed', tone: 'bad' } : { word: 'not enough samples', tone: 'open' };
}

/** What was asked of the candidate, each with its figure. */
export function checksOf(evidence: ValidationEvidence): readonly Check[] {
  const { lowerBound, minAgreement, gates, verdict, strict, skipped } = evidence;
  return [
    { demand: `Agreement certified at ${roundPercent(minAgreement)}`, figure: `above ${percent(lowerBound, 'down')}`, met: verdict === 'certified' },
    ...gates.map(({ kind, name, limit, bound, samples, passed }): Check => {
      const seen = `, ${counted(samples, 'sample')}`;
      return kind === 'minAgreement'
        ? { demand: `Agreement on ${name} certified at ${roundPercent(limit)}`, figure: `above ${percent(bound, 'down')}${seen}`, met: passed }
        : {
            demand: `${arrow(name)} certified to be at most ${roundPercent(limit)}`,
            figure: `below ${percent(bound, 'up')}${seen}`,
            met: passed,
          };
    }),
    ...(strict ? [{ demand: 'No file skipped', figure: count(skipped.total), met: skipped.total === 0 }] : []),
  ];
}

/** What would certify the agreement and each gate, where they aren't. */
export function neededWords({ needed, minAgreement, samples, agreements, verdict, gates }: ValidationEvidence): readonly string[] {
  const overall = { needed, verdict, samples, failures: samples - agreements, asked: roundPercent(minAgreement), failing: 'the agreement is below' };
  const byGate = gates.map((gate) => ({
    ...gate,
    asked:
      gate.kind === 'minAgreement' ? `${roundPercent(gate.limit)} on ${gate.name}` : `at most ${roundPercent(gate.limit)} of ${arrow(gate.name)}`,
    failing: gate.kind === 'minAgreement' ? 'the agreement is below' : 'there is more than',
  }));
  return [overall, ...byGate].flatMap((each) => (each.needed === null ? [] : [wordsOf({ ...each, needed: each.needed })]));
}

interface Missing {
  readonly needed: NeededSamples;
  readonly verdict: AgreementEvidence['verdict'];
  readonly samples: number;
  readonly failures: number;
  readonly asked: string;
  /** What is said where it is refuted, before `asked`. */
  readonly failing: string;
}

function wordsOf({ needed, verdict, samples, failures, asked, failing }: Missing): string {
  if (verdict === 'refuted') return `The samples show that ${failing} ${asked}. More of them won't help; the flips say where the models part.`;
  const atCount = needed.atCount === null ? null : `${counted(needed.atCount, 'sample')} if none more disagrees`;
  const atRate =
    failures === 0
      ? null
      : needed.atRate === null
        ? `disagreements as frequent as now never will`
        : `about ${count(needed.atRate)} if they go on as now (${percent(failures / samples)})`;
  return `To certify ${asked} it takes ${[atCount, atRate].filter((part) => part !== null).join('; ')}. There are ${count(samples)}.`;
}

function arrow(direction: string): string {
  return direction.replace('->', ' → ');
}
