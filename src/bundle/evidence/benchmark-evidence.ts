import type { Machine } from '../../core/machine.ts';

/** The shape of `evidence/benchmark.json`, and of what `benchmark --json` prints. Rises with every change that an older reader would misread. */
export const BENCHMARK_SCHEMA = 1;

export type Framework = 'pytorch' | 'tensorflow' | 'onnxruntime';

/** How a model computes: as its file is (`fp32`), under torch's autocast, or as the variant of that name. */
export type RunPrecision = 'fp32' | 'autocast' | 'bf16' | 'fp16';

export interface BenchmarkEvidence {
  readonly schema: typeof BENCHMARK_SCHEMA;
  readonly version: string;
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly batchSize: number;
  /** Of each framework, and of each variant. */
  readonly iterations: number;
  readonly rounds: number;
  readonly precision: RunPrecision;
  readonly device: 'auto' | 'cpu' | 'cuda';
  /** Whether every iteration was a request of its own. */
  readonly endToEnd: boolean;
  /** Shapes of the inputs, the batch first. */
  readonly inputs: readonly (readonly number[])[];
  readonly frameworks: Readonly<Partial<Record<Framework, FrameworkFigures>>>;
  readonly warnings: readonly string[];
  /** Against an earlier run; null where none was given. */
  readonly comparison: ComparisonRecord | null;
}

/** Milliseconds of one batch, percentiles by nearest rank; images a second. */
export interface LatencyFigures {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly throughput: number;
}

/** One way of running a model. */
export interface RunFigures extends LatencyFigures {
  /** Mean over the run, 0 to 100; null without a GPU, or where its driver gave none. */
  readonly gpuUtilisation: number | null;
  /** Of all cores, 0 to 100. */
  readonly cpuUtilisation: number | null;
  /** Peak of the process; with `predict` and `tf.function` in one process, of both. */
  readonly peakBytes: number | null;
  readonly gpuPeakBytes: number | null;
  /** From the start of its process to the first answer. */
  readonly warmUpMs: number;
  /** Through the process that runs it, transport included; null unless asked for. */
  readonly endToEnd: LatencyFigures | null;
  /** Median of each round, in their order: the noise of a comparison comes from them. */
  readonly roundMediansMs: readonly number[];
}

export interface FrameworkFigures extends RunFigures {
  /** `torch 2.13.0+cpu` */
  readonly description: string;
  /** `cpu`, or `cuda` with the device's name. */
  readonly device: string;
  readonly model: string;
  readonly modelBytes: number;
  readonly precision: RunPrecision;
  /** Other ways of the same framework: `function` is TensorFlow's called `tf.function`; its own figures are those of `predict`. */
  readonly variants: Readonly<Record<string, RunFigures>>;
  /** Changes against TensorFlow's `predict`, as shares (-0.38: 38 % less); of GPU utilisation in points. Null where there is nothing to compare with. */
  readonly againstTensorflow: Differences | null;
  /** Set where the figures aren't of this run but of an earlier one on this bundle, with the time of that. */
  readonly recordedAt: string | null;
}

export interface Differences {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly throughput: number;
  readonly gpuUtilisation: number | null;
}

export interface ComparisonRecord {
  /** The file of the earlier run, and its time. */
  readonly file: string;
  readonly measuredAt: string;
  readonly passed: boolean;
  readonly frameworks: readonly FrameworkComparison[];
  /** How much slower TensorFlow itself was than then, as a share; null where it wasn't measured in both. */
  readonly drift: number | null;
}

export interface FrameworkComparison {
  readonly framework: Framework;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Of p50 as a share, drift taken out where `TensorFlow` was the yardstick. */
  readonly change: number;
  readonly yardstick: 'time' | 'TensorFlow';
  /** What two runs of the same differ by here. */
  readonly noise: number;
  readonly regressed: boolean;
}
