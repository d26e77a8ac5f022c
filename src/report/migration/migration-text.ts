import type { MigrationEvidence } from '../../bundle/evidence/migration-evidence.ts';
import { count, percent, percentRange, small } from '../numbers.ts';
import { gapWords } from '../validation/gap-words.ts';
import { PRECISION_WORDS } from '../validation/origin-words.ts';
import { neededWords } from '../validation/verdict-words.ts';
import { demandGroups } from './demands.ts';
import { mainRun, outcome } from './outcome.ts';

/** What a migration came to, for a terminal. */
export function migrationText(evidence: MigrationEvidence): string {
  const { source, runs } = evidence;
  const { validation: main, benchmark } = mainRun(evidence);
  const { coverage, byClass } = main;
  const { processor, cores } = benchmark.machine;
  const groups = demandGroups(evidence);
  const width = Math.max(...groups.flatMap(({ checks }) => checks.map(({ demand }) => demand.length)));
  const lines = runs.flatMap(({ precision, validation }) => {
    const { agreements, samples, agreement, clopperPearson, maxScoreDifference, flipsTotal } = validation;
    const needed = neededWords(validation);
    return [
      `${PRECISION_WORDS[precision].padEnd(12)}  ${count(agreements)} of ${count(samples)} samples agree, ${percent(agreement)} (95 % interval ${percentRange(clopperPearson)}); scores differ by at most ${small(maxScoreDifference)}; flips: ${count(flipsTotal)}`,
      ...needed.map((line) => `${''.padEnd(12)}  ${line}`),
    ];
  });
  const close = coverage.margins.map(({ name, samples }) => `${name}: ${count(samples)}`).join(', ');
  const gaps = [...new Set([...evidence.warnings, ...runs.flatMap(({ validation, benchmark }) => [...gapWords(validation), ...benchmark.warnings])])];
  return [
    `${source.file} (${source.framework} ${source.frameworkVersion}) → PyTorch: ${outcome(evidence).word.toUpperCase()}`,
    '',
    ...lines.map((line) => `  ${line}`),
    `  samples       ${byClass.map(({ name, samples }) => `${name} ${count(samples)}`).join(', ')}`,
    `  margins       ${close}`,
    `  measured      ${count(benchmark.iterations)} batches of ${count(benchmark.batchSize)} each, in turns, on ${processor}, ${count(cores)} cores`,
    '',
    ...groups.flatMap(({ title, checks }) => [
      ...(title === null ? [] : ['', `  ${title}`]),
      ...checks.map(
        ({ demand, figure, met, note = null }) =>
          `  ${met === null ? '–' : met ? '✓' : '✗'} ${demand.padEnd(width)}  ${figure}${note === null ? '' : ` (${note})`}`,
      ),
    ]),
    ...(gaps.length === 0 ? [] : ['', ...gaps.map((line, index) => `  ${(index === 0 ? 'not said' : '').padEnd(12)}  ${line}`)]),
    '',
  ].join('\n');
}
