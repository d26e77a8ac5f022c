import type { AgreementEvidence } from '../../bundle/evidence/agreement-evidence.ts';
import type { Check } from '../checklist.ts';
import { count, counted, percent, roundPercent } from '../numbers.ts';
import type { Tone } from '../page.ts';

/** How a validation ended, in one word. */
export function verdictWord({ passed, verdict, samples }: AgreementEvidence): { readonly word: string; readonly tone: Tone } {
  if (passed) return { word: 'passed', tone: 'good' };
  if (samples === 0) return { word: 'nothing compared', tone: 'bad' };
  if (verdict === 'uncertain') return { word: 'not enough samples', tone: 'open' };
  return { word: 'failed', tone: 'bad' };
}

/** What was asked of the candidate, each with its figure. */
export function checksOf(evidence: AgreementEvidence): readonly Check[] {
  const { lowerBound, minAgreement, gates, verdict } = evidence;
  return [
    { demand: `Agreement certified at ${roundPercent(minAgreement)}`, figure: `above ${percent(lowerBound, 'down')}`, met: verdict === 'certified' },
    ...gates.map(({ kind, name, limit, bound, samples, passed }): Check => {
      const seen = `, ${counted(samples, 'sample')}`;
      return kind === 'minAgreement'
        ? { demand: `Agreement on ${name} certified at ${roundPercent(limit)}`, figure: `above ${percent(bound, 'down')}${seen}`, met: passed }
        : {
            demand: `${name.replace('->', ' → ')} certified to be at most ${roundPercent(limit)}`,
            figure: `below ${percent(bound, 'up')}${seen}`,
            met: passed,
          };
    }),
  ];
}

/** What would certify the agreement, where it isn't; null where it is. */
export function neededWords({ needed, minAgreement, samples, agreements, verdict }: AgreementEvidence): string | null {
  if (needed === null) return null;
  const asked = roundPercent(minAgreement);
  if (verdict === 'refuted')
    return `The samples show that the agreement is below ${asked}. More of them won't help; the flips say where the models part.`;
  const flips = samples - agreements;
  const atCount = needed.atCount === null ? null : `${counted(needed.atCount, 'sample')} if none more disagrees`;
  const atRate =
    flips === 0
      ? null
      : needed.atRate === null
        ? `disagreements as frequent as now never will`
        : `about ${count(needed.atRate)} if they go on as now (${percent(flips / samples)})`;
  return `To certify ${asked} it takes ${[atCount, atRate].filter((part) => part !== null).join('; ')}. There are ${count(samples)}.`;
}
