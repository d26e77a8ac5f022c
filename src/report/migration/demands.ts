import type { LatencyFigures } from '../../bundle/evidence/benchmark-evidence.ts';
import type { MigrationEvidence, PrecisionRun } from '../../bundle/evidence/migration-evidence.ts';
import type { Check } from '../checklist.ts';
import { change, count, megabytes, milliseconds } from '../numbers.ts';
import { PRECISION_WORDS } from '../validation/origin-words.ts';
import { checksOf } from '../validation/verdict-words.ts';

/**
 * What the plan demands of a migration, each with what came of it. The plan's own figures are those of its model on its machine and stand
 * beside; what counts is to be better than TensorFlow here, in the same run.
 */
export function demands(evidence: MigrationEvidence): readonly Check[] {
  const { runs, calls, weights } = evidence;
  return [
    { demand: 'Every layer and every weight carried over', figure: `${count(calls)} layer calls, ${count(weights)} weights`, met: true },
    ...runs.flatMap((run) => checksOf(run.validation).map((check) => named(run, check))),
    ...runs.flatMap((run) => speed(run).map((check) => named(run, check))),
    ...runs.map((run) => named(run, smaller(run, evidence))),
    ...runs.map((run) => named(run, loads(run))),
    ...evidence.archives.map(
      ({ file, globals, findings }): Check => ({
        demand: `${file} runs no Python: nothing but tensors in its pickles`,
        figure: findings.length === 0 ? `${count(globals)} names, all on the safe list` : (findings[0] as string),
        met: findings.length === 0,
      }),
    ),
  ];
}

function named({ precision }: PrecisionRun, check: Check): Check {
  return precision === 'fp32' ? check : { ...check, demand: `${PRECISION_WORDS[precision]}: ${check.demand}` };
}

/** Milliseconds of the plan's table, before and after. */
const PLAN_MS = { p50Ms: [85, 42], p95Ms: [156, 78], p99Ms: [180, 95] } as const satisfies Partial<Record<keyof LatencyFigures, unknown>>;

function speed({ benchmark: { frameworks, batchSize } }: PrecisionRun): readonly Check[] {
  const { pytorch, tensorflow } = frameworks;
  const latencies = (Object.keys(PLAN_MS) as (keyof typeof PLAN_MS)[]).map((key): Check => {
    const [before, after] = PLAN_MS[key];
    const demand = `${key.slice(0, 3)} of a batch of ${batchSize} below TensorFlow’s (the plan: ${before} → ${after} ms)`;
    if (pytorch === undefined || tensorflow === undefined) return { demand, figure: 'n/a', met: null };
    const [was, is] = [tensorflow[key], pytorch[key]];
    return { demand, figure: `${milliseconds(was)} → ${milliseconds(is)}, ${change(is / was - 1)}`, met: is < was };
  });
  const [was, is] = [tensorflow?.gpuUtilisation ?? null, pytorch?.gpuUtilisation ?? null];
  const demand = 'GPU utilisation above TensorFlow’s (the plan: 45 → 85 %)';
  if (is === null) return [...latencies, { demand, figure: 'n/a', met: null }];
  const figure = `${was === null ? 'n/a' : `${was.toFixed(0)} %`} → ${is.toFixed(0)} %`;
  return [...latencies, { demand, figure, met: was === null ? null : is > was }];
}

function smaller({ validation: { candidate } }: PrecisionRun, { source, artefacts }: MigrationEvidence): Check {
  const size = artefacts[candidate.model]?.sizeBytes ?? null;
  const demand = 'The served file smaller than the original (the plan: 450 → 180 MB)';
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
