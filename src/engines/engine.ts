import type { Tensor } from './tensor.ts';

/** A model that can be run, whatever runs it. */
export interface Engine {
  /** `torch 2.13.0+cpu`, `tensorflow 2.10.1`. */
  readonly description: string;
  /** Milliseconds from start to ready, the framework's import included. */
  readonly loadMs: number;
  /** Inputs and outputs in the model's order. Errors: `worker-failed`. */
  run(inputs: readonly Tensor[], options?: RunOptions): Promise<RunResult>;
  close(): Promise<void>;
}

export interface RunOptions {
  /** `fp32`: as the file is, where omitted. `autocast`: under torch's, to bfloat16; torch alone. */
  readonly precision?: 'fp32' | 'autocast';
  /** `predict` where omitted, as production calls it; `function` is a called `tf.function`. TensorFlow alone. */
  readonly call?: 'predict' | 'function';
}

export interface RunResult {
  readonly outputs: readonly Tensor[];
  /** Inside the worker: the model alone, no transport. */
  readonly milliseconds: number;
  /** Processor time of all the worker's threads in that time. */
  readonly cpuMilliseconds: number;
  /** The worker's largest resident size so far. */
  readonly peakBytes: number;
}
