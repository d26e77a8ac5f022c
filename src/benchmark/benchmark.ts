import {
  BENCHMARK_SCHEMA,
  type BenchmarkEvidence,
  type Framework,
  type FrameworkFigures,
  type RunPrecision,
} from '../bundle/evidence/benchmark-evidence.ts';
import { prepareEvidence, readEvidence, writeEvidence } from '../bundle/evidence/evidence-file.ts';
import { hashFiles } from '../bundle/hash-file.ts';
import { readManifest } from '../bundle/read-bundle.ts';
import { busyShare } from '../core/busy-share.ts';
import { TorchliftError } from '../core/errors.ts';
import { machine } from '../core/machine.ts';
import { version } from '../core/version.ts';
import type { Device } from '../engines/engine.ts';
import { assertComparable, compareBenchmarks, readBenchmark } from './compare-benchmarks.ts';
import { type Contender, isWorker } from './contender.ts';
import { exampleBatch } from './example-batch.ts';
import { type ContendersOptions, openContenders } from './open-contenders.ts';
import { type RoundsProgress, runRounds } from './run-rounds.ts';
import { differences, summarise } from './summarise.ts';

export interface BenchmarkOptions {
  readonly bundle: string;
  /** The original model; without it TensorFlow's figures are those of the last run that had it. */
  readonly reference?: string;
  readonly frameworks: readonly Framework[];
  readonly batchSize: number;
  readonly iterations: number;
  readonly precision: RunPrecision;
  readonly device: Device;
  /** Every iteration is a request of its own, measured from outside too. */
  readonly endToEnd: boolean;
  /** An earlier result to compare with. */
  readonly compare?: string;
  /** Told what is being started. */
  readonly onProgress: (line: string) => void;
  readonly onRounds: (progress: RoundsProgress) => void;
}

/**
 * Measures a bundle, and TensorFlow beside it where there is the original; keeps the result in `evidence/benchmark.json`.
 * Errors: `usage` (a variant the bundle lacks, nothing to compare with), `file-not-found`, `malformed-file`, `hash-mismatch`,
 * `runtime-unavailable`, `worker-failed`, `io`.
 */
export async function runBenchmark(options: BenchmarkOptions): Promise<BenchmarkEvidence> {
  const { bundle, batchSize, iterations, precision, device, endToEnd, compare } = options;
  const manifest = readManifest(bundle);
  const here = machine();
  const before = compare === undefined ? undefined : readBenchmark(compare);
  const inputs = exampleBatch(manifest.inputs, batchSize);
  const shapes = inputs.map(({ shape }) => shape);
  if (compare !== undefined && before !== undefined)
    assertComparable(compare, before, { machine: here, batchSize, precision, endToEnd, inputs: shapes });
  prepareEvidence(bundle);
  const warnings: string[] = await busyWarnings();
  const contenders = await openAll(options, { ...options, reference: options.reference, manifest, progress: options.onProgress }, warnings);
  try {
    const hasReference = contenders.some(({ framework }) => framework === 'tensorflow');
    if (hasReference && options.reference !== undefined) warnings.push(...otherSource(options.reference, manifest.source));
    const measured = await runRounds(contenders, inputs, { iterations, endToEnd, onProgress: options.onRounds });
    const measuredAt = new Date().toISOString();
    const frameworks: Partial<Record<Framework, FrameworkFigures>> = {};
    for (const each of measured) {
      const { framework, variant, engine, model, modelBytes, precision: ran } = each.contender;
      const figures = summarise(each, batchSize, here.cores);
      const own = frameworks[framework];
      if (variant !== null && own !== undefined) {
        frameworks[framework] = { ...own, variants: { ...own.variants, [variant]: figures } };
        continue;
      }
      const facts = { description: engine.description, device: isWorker(engine) ? engine.device : 'cpu', model, modelBytes, precision: ran };
      frameworks[framework] = { ...facts, ...figures, variants: {}, againstTensorflow: null, recordedAt: null };
    }
    const tensorflow = frameworks.tensorflow ?? recorded(bundle, here.processor, batchSize);
    if (tensorflow !== undefined) {
      for (const framework of ['pytorch', 'onnxruntime'] as const) {
        const figures = frameworks[framework];
        if (figures !== undefined) frameworks[framework] = { ...figures, againstTensorflow: differences(figures, tensorflow) };
      }
      frameworks.tensorflow = tensorflow;
    }
    const evidence: BenchmarkEvidence = {
      schema: BENCHMARK_SCHEMA,
      version: version(),
      measuredAt,
      machine: here,
      batchSize,
      iterations,
      rounds: measured[0]?.blocks.length ?? 0,
      precision,
      device,
      endToEnd,
      inputs: shapes,
      frameworks,
      warnings,
      comparison: null,
    };
    const result =
      compare === undefined || before === undefined
        ? evidence
        : { ...evidence, comparison: compareBenchmarks(compare, before, evidence, options.frameworks) };
    writeEvidence(bundle, 'benchmark', result);
    return result;
  } finally {
    await closeAll(contenders);
  }
}

/** More than this of the processor, and others take part in what is measured. */
const BUSY_SHARE = 0.2;

async function busyWarnings(): Promise<string[]> {
  const share = await busyShare();
  if (share <= BUSY_SHARE) return [];
  return [
    `other processes used ${Math.round(100 * share)} % of the processor when this began: on a machine that does nothing else the figures are others`,
  ];
}

/** Those that were asked for; and TensorFlow, to compare with, where that is possible. */
async function openAll({ frameworks, reference }: BenchmarkOptions, options: ContendersOptions, warnings: string[]): Promise<readonly Contender[]> {
  const contenders: Contender[] = [];
  try {
    for (const framework of frameworks) contenders.push(...(await openContenders(framework, options)));
    if (reference !== undefined && !frameworks.includes('tensorflow')) {
      try {
        contenders.push(...(await openContenders('tensorflow', options)));
      } catch (error) {
        // Nobody asked for it by name: its figures are n/a, with the reason.
        if (!(error instanceof TorchliftError) || error.code !== 'runtime-unavailable') throw error;
        warnings.push(`TensorFlow wasn't measured: ${error.what}`);
      }
    }
    return contenders;
  } catch (error) {
    await closeAll(contenders);
    throw error;
  }
}

async function closeAll(contenders: readonly Contender[]): Promise<void> {
  await Promise.all([...new Set(contenders.map(({ engine }) => engine))].map((engine) => engine.close()));
}

function otherSource(reference: string, source: { readonly file: string; readonly sha256: string }): readonly string[] {
  return hashFiles([reference]) === source.sha256 ? [] : [`${reference} isn't the file that the bundle was made of (${source.file})`];
}

/** TensorFlow's figures of the last run on this bundle that had the original, where they are of the same processor and batch. */
function recorded(bundle: string, processor: string, batchSize: number): FrameworkFigures | undefined {
  const last = readEvidence<BenchmarkEvidence>(bundle, 'benchmark', BENCHMARK_SCHEMA);
  const figures = last?.frameworks.tensorflow;
  if (last === undefined || figures === undefined || last.machine.processor !== processor || last.batchSize !== batchSize) return undefined;
  return { ...figures, recordedAt: figures.recordedAt ?? last.measuredAt };
}
