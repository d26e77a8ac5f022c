import type { Tensor } from './tensor.ts';

/** A model that can be run, whatever runs it. */
export interface Engine {
  /** `torch 2.13.0+cpu`, `tensorflow 2.10.1`. */
  readonly description: string;
  /** Milliseconds from start to ready, the framework's import included. */
  readonly loadMs: number;
  /** Inputs and outputs in the model's order. Errors: `worker-failed`, `remote-failed`, `remote-refused`. */
  run(inputs: readonly Tensor[], options?: RunOptions): Promise<RunResult>;
  close(): Promise<void>;
}

/** `auto`: CUDA where the framework finds a device. */
export type Device = 'auto' | 'cpu' | 'cuda';

export interface RunOptions {
  /** `fp32`: as the file is, where omitted. `autocast`: under torch's, to bfloat16; torch alone. */
  readonly precision?: 'fp32' | 'autocast';
  /** `predict` as production calls it; `function`: a `tf.function`, traced for every shape; `traced`, where omitted: once for all. TensorFlow alone. */
  readonly call?: 'predict' | 'function' | 'traced';
}

export interface RunResult {
  readonly outputs: readonly Tensor[];
  /** The model alone, without transport; a remote model's whole answer, since nobody else can tell. */
  readonly milliseconds: number;
  /** Processor time of all threads in that time; null where it can't be known (remote). */
  readonly cpuMilliseconds: number | null;
  /** The largest resident size so far of the process that runs the model; null where it can't be known (remote). */
  readonly peakBytes: number | null;
}
