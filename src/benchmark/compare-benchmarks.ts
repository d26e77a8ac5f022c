import { readFileSync } from 'node:fs';
import {
  BENCHMARK_SCHEMA,
  type BenchmarkEvidence,
  type ComparisonRecord,
  type Framework,
  type FrameworkComparison,
  type FrameworkFigures,
} from '../bundle/evidence/benchmark-evidence.ts';
import { TorchliftError } from '../core/errors.ts';
import { percentile } from '../statistics/percentile.ts';

/** Two runs of the same differ by so much on the quietest machine: memory lies elsewhere each time. */
const NOISE_FLOOR = 0.02;
/** As usual for "beyond chance": three standard deviations. */
const DEVIATIONS = 3;
/** Beyond a factor of two in TensorFlow itself, it isn't the same machine any more, whatever its processor is called. */
const MAX_DRIFT = 2;
/** So many standard deviations of a normal distribution lie between its 10th and its 90th percentile. */
const DEVIATIONS_IN_80_PERCENT = 2.563;

/** An earlier result. Errors: `file-not-found`, `malformed-file`. */
export function readBenchmark(file: string): BenchmarkEvidence {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TorchliftError('file-not-found', { what: "can't be read", where: file, cause });
  }
  const malformed = (what: string) =>
    new TorchliftError('malformed-file', { what, where: file, remedy: 'Give what benchmark --json printed, or a bundle’s evidence/benchmark.json.' });
  let evidence: BenchmarkEvidence | null;
  try {
    evidence = JSON.parse(text) as BenchmarkEvidence | null;
  } catch {
    throw malformed("isn't JSON");
  }
  if (evidence?.schema !== BENCHMARK_SCHEMA || typeof evidence.frameworks !== 'object' || evidence.frameworks === null)
    throw malformed(`is no result of a benchmark of schema ${BENCHMARK_SCHEMA}`);
  for (const [framework, figures] of Object.entries(evidence.frameworks)) {
    const { p50Ms, roundMediansMs } = (figures ?? {}) as { p50Ms?: unknown; roundMediansMs?: unknown };
    if (!isTime(p50Ms)) throw malformed(`has no p50Ms of ${framework} that is a time in milliseconds`);
    if (!Array.isArray(roundMediansMs) || !roundMediansMs.every(isTime)) throw malformed(`has no roundMediansMs of ${framework} that are times`);
  }
  return evidence;
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

/** Asked before anything is measured. Errors: `usage` where the two runs couldn't be compared. */
export function assertComparable(file: string, before: BenchmarkEvidence, now: Pick<BenchmarkEvidence, 'machine' | (typeof SAME)[number]>): void {
  const facts = [
    { name: 'processor', old: before.machine?.processor, current: now.machine.processor },
    ...SAME.map((key) => ({ name: key, old: JSON.stringify(before[key]), current: JSON.stringify(now[key]) })),
  ];
  refuseDiffering(file, facts);
}

function refuseDiffering(file: string, facts: readonly { readonly name: string; readonly old: unknown; readonly current: unknown }[]): void {
  const differing = facts.filter(({ old, current }) => old !== current).map(({ name, old, current }) => `${name}: ${old}, now ${current}`);
  if (differing.length === 0) return;
  throw new TorchliftError('usage', {
    what: "can't be compared with",
    where: file,
    details: differing,
    remedy: 'Compare runs of the same kind on the same processor.',
  });
}

const SAME = ['batchSize', 'precision', 'endToEnd', 'inputs'] as const;

/**
 * Whether a framework got slower than before, beyond the noise that both runs measured. The figure is the p50 in the process. Where
 * TensorFlow was measured in both runs, it is the yardstick: the ratio to it is compared, so a machine that is busier today is no
 * regression; unless that is all that was asked for. Noise: three standard deviations of a round's median, of both runs together, at least 2 %.
 */
export function compareBenchmarks(file: string, before: BenchmarkEvidence, now: BenchmarkEvidence, asked: readonly Framework[]): ComparisonRecord {
  const control = asked.some((framework) => framework !== 'tensorflow') ? pair(before, now, 'tensorflow') : undefined;
  const drift = control === undefined ? null : control[1].p50Ms / control[0].p50Ms - 1;
  const frameworks = asked.flatMap((framework): FrameworkComparison[] => {
    if (control !== undefined && framework === 'tensorflow') return [];
    const both = pair(before, now, framework);
    if (both === undefined) return [];
    const [old, current] = both;
    refuseDiffering(file, [{ name: `${framework} runs on`, old: old.device, current: current.device }]);
    const change = current.p50Ms / old.p50Ms / (1 + (drift ?? 0)) - 1;
    const spreads = both.map((figures, index) => spread(control === undefined ? figures.roundMediansMs : ratios(figures, control[index])));
    const noise = Math.max(NOISE_FLOOR, DEVIATIONS * Math.hypot(...spreads));
    return [
      {
        framework,
        beforeMs: old.p50Ms,
        afterMs: current.p50Ms,
        change,
        yardstick: control === undefined ? 'time' : 'TensorFlow',
        noise,
        // Not a number is no pass.
        regressed: !(change <= noise),
      },
    ];
  });
  if (frameworks.length === 0) {
    throw new TorchliftError('usage', { what: `has none of ${asked.join(', ')}, so there is nothing to compare with`, where: file });
  }
  const comparable = drift === null || (1 + drift <= MAX_DRIFT && 1 + drift >= 1 / MAX_DRIFT);
  return { file, measuredAt: before.measuredAt, passed: comparable && frameworks.every(({ regressed }) => !regressed), frameworks, drift };
}

/** A framework's figures in both runs, where both measured it. */
function pair(before: BenchmarkEvidence, now: BenchmarkEvidence, framework: Framework): readonly [FrameworkFigures, FrameworkFigures] | undefined {
  const [old, current] = [before.frameworks[framework], now.frameworks[framework]];
  return old === undefined || current === undefined || old.recordedAt || current.recordedAt ? undefined : [old, current];
}

/** Round by round, what a framework took in TensorFlow's time. */
function ratios(figures: FrameworkFigures, control: FrameworkFigures | undefined): readonly number[] {
  return figures.roundMediansMs.flatMap((ms, round) => {
    const yardstick = control?.roundMediansMs[round];
    return yardstick === undefined ? [] : [ms / yardstick];
  });
}

/**
 * Standard deviation of one round's median, as a share of their median, from the middle 80 % of the rounds: a single hiccup doesn't count, two
 * speeds between which a machine changes do. Not divided by the number of rounds: a whole run is off as a round is.
 */
function spread(medians: readonly number[] = []): number {
  if (medians.length === 0) return 0;
  const sorted = [...medians].sort((left, right) => left - right);
  return (percentile(sorted, 90) - percentile(sorted, 10)) / DEVIATIONS_IN_80_PERCENT / percentile(sorted, 50);
}
