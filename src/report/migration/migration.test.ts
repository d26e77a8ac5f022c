import { describe, expect, test } from 'vitest';
import type { MigrationEvidence } from '../../bundle/evidence/migration-evidence.ts';
import { SAMPLE_MIGRATION } from '../testing/sample-migration.ts';
import { demands } from './demands.ts';
import { migrationText } from './migration-text.ts';
import { isPassed, outcome } from './outcome.ts';
import { printMigration } from './print-migration.ts';

const [main, bf16] = SAMPLE_MIGRATION.runs as [MigrationEvidence['runs'][number], MigrationEvidence['runs'][number]];
const alone: MigrationEvidence = { ...SAMPLE_MIGRATION, runs: [main], archives: SAMPLE_MIGRATION.archives.slice(0, 1) };

describe('what the plan demands', () => {
  test('is ticked where it is better than TensorFlow here, each with its figure', () => {
    expect(demands(SAMPLE_MIGRATION).map(({ demand, figure, met }) => `${met === null ? '–' : met ? '✓' : '✗'} ${demand}: ${figure}`)).toEqual([
      '✓ Every layer and every weight carried over: 161 layer calls, 266 weights',
      '✓ Agreement certified at 99 %: above 99.78 %',
      '✗ bfloat16: Agreement certified at 99 %: above 98.76 %',
      '✓ bfloat16: Agreement on porn certified at 98 %: above 98.63 %, 320 samples',
      '✗ bfloat16: block → allow certified to be at most 0.5 %: below 1.71 %, 420 samples',
      '✓ p50 of a batch of 32 below TensorFlow’s (the plan: 85 → 42 ms): 294 ms → 176 ms, −40 %',
      '✓ p95 of a batch of 32 below TensorFlow’s (the plan: 156 → 78 ms): 353 ms → 211 ms, −40 %',
      '✓ p99 of a batch of 32 below TensorFlow’s (the plan: 180 → 95 ms): 441 ms → 264 ms, −40 %',
      '– GPU utilisation above TensorFlow’s (the plan: 45 → 85 %): n/a',
      '✗ bfloat16: p50 of a batch of 32 below TensorFlow’s (the plan: 85 → 42 ms): 294 ms → 310 ms, +5 %',
      '✗ bfloat16: p95 of a batch of 32 below TensorFlow’s (the plan: 156 → 78 ms): 353 ms → 372 ms, +5 %',
      '✗ bfloat16: p99 of a batch of 32 below TensorFlow’s (the plan: 180 → 95 ms): 441 ms → 465 ms, +5 %',
      '– bfloat16: GPU utilisation above TensorFlow’s (the plan: 45 → 85 %): n/a',
      '✓ The served file smaller than the original (the plan: 450 → 180 MB): 29.4 MB → 10.4 MB, −65 %',
      '✓ bfloat16: The served file smaller than the original (the plan: 450 → 180 MB): 29.4 MB → 5.2 MB, −82 %',
      '✓ Loads as TorchScript, without the sources: torch 2.13.0+cpu, 2,060 inputs answered',
      '✓ bfloat16: Loads as TorchScript, without the sources: torch 2.13.0+cpu, 2,060 inputs answered',
      '✓ model.pt runs no Python: nothing but tensors in its pickles: 4 names, all on the safe list',
      '✗ model.bf16.pt runs no Python: nothing but tensors in its pickles: data.pkl imports os <b>system</b>',
    ]);
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
  expect(outcome(SAMPLE_MIGRATION)).toEqual({ word: 'not enough samples', tone: 'open' });
  expect([isPassed(alone), isPassed(SAMPLE_MIGRATION)]).toEqual([true, false]);
  const slow = { ...alone, runs: [{ ...main, benchmark: bf16.benchmark }] };
  expect([outcome(slow).word, isPassed(slow)]).toEqual(['certified, 3 demands missed', true]);
  const unsafe = { ...alone, archives: SAMPLE_MIGRATION.archives };
  expect([outcome(unsafe).word, isPassed(unsafe)]).toEqual(['unsafe file', false]);
});

test('the page loads nothing and shows names from files as text', () => {
  // A namespace is a name, not an address.
  const page = printMigration(SAMPLE_MIGRATION, new Map()).replaceAll(' xmlns="http://www.w3.org/2000/svg"', '');
  expect(page).not.toMatch(/<script|<link|@import|url\(|https?:|undefined|NaN %/i);
  expect(page).toContain('imports os &lt;b&gt;system&lt;/b&gt;');
  expect(page).toContain('Of 19 demands 11 are met, 6 missed, 2 couldn’t be measured here.');
  expect(printMigration(alone, new Map())).not.toContain('<details>');
});

test('a page and a text without figures of TensorFlow say so', () => {
  const without = {
    ...alone,
    runs: [{ ...main, benchmark: { ...main.benchmark, frameworks: { pytorch: main.benchmark.frameworks.pytorch as never } } }],
  };
  expect(printMigration(without, new Map())).toContain('couldn’t be compared with TensorFlow’s here');
  expect(migrationText(without)).toMatch(/– p50 of a batch.* n\/a\n/);
});
