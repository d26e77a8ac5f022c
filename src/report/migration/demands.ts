import type { LatencyFigures } from '../../bundle/evidence/benchmark-evidence.ts';
import type { ArchiveEvidence, MigrationEvidence, PrecisionRun } from '../../bundle/evidence/migration-evidence.ts';
import type { Check } from '../checklist.ts';
import { change, count, megabytes, milliseconds } from '../numbers.ts';
import { rankWords } from '../rank-words.ts';
import { PRECISION_WORDS } from '../validation/origin-words.ts';
import { checksOf } from '../validation/verdict-words.ts';

/** Demands of one precision; without a title those of the migration as a whole, or all of them where there is one precision. */
export interface DemandGroup {
  readonly title: string | null;
  readonly checks: readonly Check[];
}

/** Before and after, as the plan has them; nothing is measured against them. */
const PLAN = { p50: [85, 42], p95: [156, 78], p99: [180, 95], gpu: [45, 85], file: [450, 180] } as const;

/** Where the demands come from: said once, beside them. A number and its unit stay together. */
export const PLAN_WORDS = `The demands are those of the plan that Torchlift was written for. Its model went, on its machine, from ${went(PLAN.p50, 'ms')} (p50 of a batch), ${went(PLAN.p95, 'ms')} (p95), ${went(PLAN.p99, 'ms')} (p99), ${went(PLAN.gpu, '%')} of the GPU and ${went(PLAN.file, 'MB')}. Other models and machines have other figures: what counts here is to be better than TensorFlow in the same run.`;

function went([before, after]: readonly [number, number], unit: string): string {
  return `${before} to ${after}\u00a0${unit}`;
}

/** What the plan demands of a migration, each with what came of it. */
export function demands(evidence: MigrationEvidence): readonly Check[] {
  return demandGroups(evidence).flatMap(({ checks }) => checks);
}

export function demandGroups(evidence: MigrationEvidence): readonly DemandGroup[] {
  const { runs, archives, calls, weights } = evidence;
  const carried: Check = {
    demand: 'Every layer and every weight carried over',
    figure: `${count(calls)} layer calls, ${count(weights)} weights`,
    met: true,
  };
  // A file that two precisions run stands with the first.
  const runOf = ({ file }: ArchiveEvidence) => runs.find(({ validation }) => validation.candidate.model === file);
  const byRun = runs.map((run) => ({
    title: runTitle(run),
    checks: [
      ...checksOf(run.validation),
      ...speed(run),
      smaller(run, evidence),
      loads(run),
      ...archives.filter((archive) => runOf(archive) === run).map(runsNothing),
    ],
  }));
  const whole = [carried, ...archives.filter((archive) => runOf(archive) === undefined).map(runsNothing)];
  if (byRun.length > 1) return [{ title: null, checks: whole }, ...byRun];
  return [{ title: null, checks: [...whole, ...byRun.flatMap(({ checks }) => checks)] }];
}

/** `bfloat16, model.bf16.pt` */
function runTitle({ precision, validation }: PrecisionRun): string {
  return `${PRECISION_WORDS[precision]}, ${validation.candidate.model}`;
}

const PERCENTILES = { p50Ms: null, p95Ms: 95, p99Ms: 99 } as const satisfies Partial<Record<keyof LatencyFigures, 95 | 99 | null>>;

function speed({ benchmark: { frameworks, batchSize, iterations } }: PrecisionRun): readonly Check[] {
  const { pytorch, tensorflow } = frameworks;
  const latencies = (Object.keys(PERCENTILES) as (keyof typeof PERCENTILES)[]).map((key): Check => {
    const demand = `${key.slice(0, 3)} of a batch of ${batchSize} below TensorFlow’s`;
    if (pytorch === undefined || tensorflow === undefined) return { demand, figure: 'n/a', met: null };
    const [was, is] = [tensorflow[key], pytorch[key]];
    const percent = PERCENTILES[key];
    const rank = percent === null ? null : rankWords(percent, iterations);
    return {
      demand,
      figure: `${milliseconds(was)} → ${milliseconds(is)}, ${change(is / was - 1)}`,
      note: rank === null ? null : `${rank} of ${count(iterations)} batches`,
      met: is < was,
    };
  });
  const [was, is] = [tensorflow?.gpuUtilisation ?? null, pytorch?.gpuUtilisation ?? null];
  const demand = 'GPU utilisation above TensorFlow’s';
  if (is === null) return [...latencies, { demand, figure: 'n/a', met: null }];
  const figure = `${was === null ? 'n/a' : `${was.toFixed(0)} %`} → ${is.toFixed(0)} %`;
  return [...latencies, { demand, figure, met: was === null ? null : is > was }];
}

function smaller({ validation: { candidate } }: PrecisionRun, { source, artefacts }: MigrationEvidence): Check {
  const size = artefacts[candidate.model]?.sizeBytes ?? null;
  const demand = 'The served file smaller than the original';
  if (size === null) return { demand, figure: 'n/a', met: null };
  return {
    demand,
    figure: `${megabytes(source.sizeBytes)} → ${megabytes(size)}, ${change(size / source.sizeBytes - 1)}`,
    met: size < source.sizeBytes,
  };
}

/** It did, or there would be no validation. */
function loads({ validation: { candidate, images } }: PrecisionRun): Check {
  return { demand: 'Loads as TorchScript, without the sources', figure: `${candidate.engine}, ${count(images)} inputs answered`, met: images > 0 };
}

function runsNothing({ file, globals, findings }: ArchiveEvidence): Check {
  return {
    demand: `${file} runs no Python: nothing but tensors in its pickles`,
    figure: findings.length === 0 ? `${count(globals)} names, all on the safe list` : (findings[0] as string),
    met: findings.length === 0,
  };
}
