import { describe, expect, test } from 'vitest';
import type { MigrationEvidence } from '../../bundle/evidence/migration-evidence.ts';
import { SAMPLE_MIGRATION } from '../testing/sample-migration.ts';
import { demandGroups, demands } from './demands.ts';
import { migrationText } from './migration-text.ts';
import { isPassed, outcome } from './outcome.ts';
import { printMigration } from './print-migration.ts';

const [main, bf16] = SAMPLE_MIGRATION.runs as [MigrationEvidence['runs'][number], MigrationEvidence['runs'][number]];
const alone: MigrationEvidence = { ...SAMPLE_MIGRATION, runs: [main], archives: SAMPLE_MIGRATION.archives.slice(0, 1) };

describe('what the plan demands', () => {
  test('is ticked where it is better than TensorFlow here, each with its figure', () => {
    const lines = demandGroups(SAMPLE_MIGRATION).flatMap(({ title, checks }) => [
      ...(title === null ? [] : [title]),
      ...checks.map(
        ({ demand, figure, met, note = null }) => `${met === null ? '–' : met ? '✓' : '✗'} ${demand}: ${figure}${note === null ? '' : ` (${note})`}`,
      ),
    ]);
    expect(lines).toEqual([
      '✓ Every layer and every weight carried over: 161 layer calls, 266 weights',
      'float32, model.pt',
      '✓ Agreement certified at 99 %: above 99.62 %',
      '✓ p50 of a batch of 32 below TensorFlow’s: 294 ms → 176 ms, −40 %',
      '✓ p95 of a batch of 32 below TensorFlow’s: 353 ms → 211 ms, −40 % (the third slowest of 50 batches)',
      '✓ p99 of a batch of 32 below TensorFlow’s: 441 ms → 264 ms, −40 % (the slowest of 50 batches)',
      '– GPU utilisation above TensorFlow’s: n/a',
      '✓ The served file smaller than the original: 29.4 MB → 10.4 MB, −65 %',
      '✓ Loads as TorchScript, without the sources: torch 2.13.0+cpu, 2,060 inputs answered',
      '✓ model.pt runs no Python: nothing but tensors in its pickles: 4 names, all on the safe list',
      'bfloat16, model.bf16.pt',
      '✗ Agreement certified at 99 %: above 98.76 %',
      '✓ Agreement on porn certified at 98 %: above 98.63 %, 320 samples',
      '✗ block → allow certified to be at most 0.5 %: below 1.71 %, 420 samples',
      '✗ p50 of a batch of 32 below TensorFlow’s: 294 ms → 310 ms, +5 %',
      '✗ p95 of a batch of 32 below TensorFlow’s: 353 ms → 372 ms, +5 % (the third slowest of 50 batches)',
      '✗ p99 of a batch of 32 below TensorFlow’s: 441 ms → 465 ms, +5 % (the slowest of 50 batches)',
      '– GPU utilisation above TensorFlow’s: n/a',
      '✓ The served file smaller than the original: 29.4 MB → 5.2 MB, −82 %',
      '✓ Loads as TorchScript, without the sources: torch 2.13.0+cpu, 2,060 inputs answered',
      '✗ model.bf16.pt runs no Python: nothing but tensors in its pickles: data.pkl imports os <b>system</b>',
    ]);
  });

  test('stands in one list where there is one precision, with no word of how few where there are enough batches', () => {
    const many = { ...alone, runs: [{ ...main, benchmark: { ...main.benchmark, iterations: 100 } }] };
    expect(demandGroups(many)).toHaveLength(1);
    expect(demandGroups(many)[0]?.title).toBeNull();
    expect(demands(many).filter(({ note = null }) => note !== null)).toEqual([]);
    expect(printMigration(many, new Map())).not.toContain('slowest');
  });

  test('stands once where two precisions run one file', () => {
    const both = { ...alone, runs: [main, { ...main, precision: 'autocast' as const }] };
    expect(demands(both).filter(({ demand }) => demand.startsWith('model.pt runs no Python'))).toHaveLength(1);
    expect(demandGroups(both).map(({ title }) => title)).toEqual([null, 'float32, model.pt', 'autocast, model.pt']);
  });

  test('GPU utilisation counts where there is one', () => {
    const { pytorch, tensorflow } = main.benchmark.frameworks;
    const withGpu = (is: number, was: number): MigrationEvidence => ({
      ...alone,
      runs: [
        {
          ...main,
          benchmark: {
            ...main.benchmark,
            frameworks: {
              pytorch: { ...(pytorch as NonNullable<typeof pytorch>), gpuUtilisation: is },
              tensorflow: { ...(tensorflow as NonNullable<typeof tensorflow>), gpuUtilisation: was },
            },
          },
        },
      ],
    });
    const found = (evidence: MigrationEvidence) => demands(evidence).find(({ demand }) => demand.startsWith('GPU'));
    expect(found(withGpu(87, 45))).toMatchObject({ figure: '45 % → 87 %', met: true });
    expect(found(withGpu(40, 45))).toMatchObject({ figure: '45 % → 40 %', met: false });
  });
});

test('the outcome is that of the worst precision; a missed speed is named but is no failure', () => {
  expect(outcome(alone)).toEqual({ word: 'passed', tone: 'good' });
  expect(outcome({ ...SAMPLE_MIGRATION, archives: alone.archives })).toEqual({ word: 'not enough samples', tone: 'open' });
  // A file that can run something is worse than too few samples.
  expect(outcome(SAMPLE_MIGRATION)).toEqual({ word: 'unsafe file', tone: 'bad' });
  expect([isPassed(alone), isPassed(SAMPLE_MIGRATION)]).toEqual([true, false]);
  const slow = { ...alone, runs: [{ ...main, benchmark: bf16.benchmark }] };
  expect([outcome(slow), isPassed(slow)]).toEqual([{ word: 'certified, 3 demands missed', tone: 'good' }, true]);
  const unsafe = { ...alone, archives: SAMPLE_MIGRATION.archives };
  expect([outcome(unsafe).word, isPassed(unsafe)]).toEqual(['unsafe file', false]);
});

test('the page loads nothing and shows names from files as text', () => {
  // A namespace is a name, not an address.
  const page = printMigration(SAMPLE_MIGRATION, new Map()).replaceAll(' xmlns="http://www.w3.org/2000/svg"', '');
  expect(page).not.toMatch(/<script|<link|@import|url\(|https?:|undefined|NaN %/i);
  expect(page).toContain('imports os &lt;b&gt;system&lt;/b&gt;');
  expect(page).toContain('Of 19 demands 11 are met, 6 missed, 2 couldn’t be measured here.');
  expect(printMigration(alone, new Map())).not.toContain('The other precisions');
});

describe('the page', () => {
  const page = printMigration(SAMPLE_MIGRATION, new Map());
  const at = (words: string) => {
    expect(page).toContain(words);
    return page.indexOf(words);
  };

  test('says above the demands how each precision ended', () => {
    expect(at('float32: passed')).toBeLessThan(at('class="card checks"'));
    expect(at('bfloat16: not enough samples')).toBeLessThan(at('class="card checks"'));
    expect(page).toContain('model.bf16.pt decides 1,986 of 2,000 samples as the original does (99.30 %, certified above 98.76 %; 14 flips).');
  });

  test('says once what the plan is', () => {
    expect(page.match(/85 to 42/g)).toHaveLength(1);
  });

  test('has what the figures don’t say with the agreement', () => {
    expect(at('What this doesn’t say')).toBeGreaterThan(at('<h2>Agreement</h2>'));
    expect(at('What this doesn’t say')).toBeLessThan(at('<h2>By stage</h2>'));
  });

  test('has the hash of each file once', () => {
    const hashes = [...page.matchAll(/sha256 (\w+)/g)].map(([, hash]) => hash);
    expect(hashes).toEqual([SAMPLE_MIGRATION.source.sha256, 'd'.repeat(64), 'b'.repeat(64)]);
  });
});

test('a page and a text without figures of TensorFlow say so', () => {
  const without = {
    ...alone,
    runs: [{ ...main, benchmark: { ...main.benchmark, frameworks: { pytorch: main.benchmark.frameworks.pytorch as never } } }],
  };
  expect(printMigration(without, new Map())).toContain('couldn’t be compared with TensorFlow’s here');
  expect(migrationText(without)).toMatch(/– p50 of a batch.* n\/a\n/);
});
