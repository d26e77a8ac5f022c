import type { MigrationEvidence, PrecisionRun } from '../../bundle/evidence/migration-evidence.ts';
import type { Tone } from '../page.ts';
import { verdictWord } from '../validation/verdict-words.ts';
import { demands } from './demands.ts';

/** Whether the bundle may replace the original: the agreement of every precision is certified, and no file can run anything. */
export function isPassed({ runs, archives }: MigrationEvidence): boolean {
  return runs.every(({ validation }) => validation.passed) && archives.every(({ findings }) => findings.length === 0);
}

/** How a migration ended, in a few words: certified is good, whatever else was missed. */
export function outcome(evidence: MigrationEvidence): { readonly word: string; readonly tone: Tone } {
  const worst = evidence.runs.map(({ validation }) => verdictWord(validation)).toSorted((a, b) => RANKS[b.tone] - RANKS[a.tone])[0];
  if (worst?.tone === 'bad') return worst;
  // More samples wouldn't mend it.
  if (evidence.archives.some(({ findings }) => findings.length > 0)) return { word: 'unsafe file', tone: 'bad' };
  if (worst?.tone === 'open') return worst;
  const missed = demands(evidence).filter(({ met }) => met === false).length;
  return missed === 0
    ? { word: 'passed', tone: 'good' }
    : { word: `certified, ${missed} ${missed === 1 ? 'demand' : 'demands'} missed`, tone: 'good' };
}

const RANKS: Readonly<Record<Tone, number>> = { good: 0, open: 1, bad: 2 };

/** The run that is served unless another is asked for: model.pt in float32. */
export function mainRun({ runs: [first] }: MigrationEvidence): PrecisionRun {
  if (first === undefined) throw new Error('a migration has at least one run');
  return first;
}
