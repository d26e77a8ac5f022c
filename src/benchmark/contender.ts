import { performance } from 'node:perf_hooks';
import type { Framework, RunPrecision } from '../bundle/evidence/benchmark-evidence.ts';
import type { Engine, RunOptions } from '../engines/engine.ts';
import type { Tensor } from '../engines/tensor.ts';
import type { WorkerEngine } from '../engines/worker-engine.ts';

/** One way of running a model that is measured: a framework, or a variant of it. */
export interface Contender {
  readonly framework: Framework;
  /** Null: the framework's own figures. */
  readonly variant: string | null;
  readonly engine: Engine | WorkerEngine;
  readonly options: RunOptions;
  readonly model: string;
  readonly modelBytes: number;
  readonly precision: RunPrecision;
}

/** What one contender did in one round. */
export interface Block {
  /** Of each iteration. */
  readonly milliseconds: readonly number[];
  /** Through the process; empty unless asked for. */
  readonly endToEndMs: readonly number[];
  /** Processor time, and how long the whole took. */
  readonly cpuMs: number | null;
  readonly wallMs: number;
  readonly peakBytes: number | null;
  readonly gpuUtilisation: number | null;
  readonly gpuPeakBytes: number | null;
}

const NO_GPU = { gpuUtilisation: null, gpuPeakBytes: null };

/**
 * Runs a batch so many times. In a worker that is one request, so that no transport comes between; with `endToEnd`, and in this process,
 * every iteration is a call of its own.
 */
export async function measureBlock(contender: Contender, inputs: readonly Tensor[], iterations: number, endToEnd: boolean): Promise<Block> {
  const { engine } = contender;
  if (!isWorker(engine)) return { ...(await oneByOne(contender, inputs, iterations, endToEnd)), ...NO_GPU };
  await engine.call('sample', { on: true }, []);
  const block = endToEnd ? await oneByOne(contender, inputs, iterations, true) : await inWorker(engine, contender.options, inputs, iterations);
  const { header } = await engine.call('sample', { on: false }, []);
  return { ...block, gpuUtilisation: numberOrNull(header.gpuUtilisation), gpuPeakBytes: numberOrNull(header.gpuMemoryBytes) };
}

export function isWorker(engine: Engine): engine is WorkerEngine {
  return 'call' in engine;
}

type Times = Omit<Block, keyof typeof NO_GPU>;

async function inWorker(engine: WorkerEngine, options: RunOptions, inputs: readonly Tensor[], iterations: number): Promise<Times> {
  const { header, tensors } = await engine.call('measure', { ...options, iterations }, inputs);
  const { data } = tensors[0] as Tensor;
  const aligned = new Uint8Array(data);
  return {
    milliseconds: [...new Float64Array(aligned.buffer)],
    endToEndMs: [],
    cpuMs: Number(header.cpuMilliseconds),
    wallMs: Number(header.milliseconds),
    peakBytes: Number(header.peakBytes),
  };
}

async function oneByOne({ engine, options }: Contender, inputs: readonly Tensor[], iterations: number, endToEnd: boolean): Promise<Times> {
  const milliseconds: number[] = [];
  const endToEndMs: number[] = [];
  let cpuMs: number | null = 0;
  let peakBytes: number | null = null;
  for (let index = 0; index < iterations; index++) {
    const started = performance.now();
    const result = await engine.run(inputs, options);
    if (endToEnd) endToEndMs.push(performance.now() - started);
    milliseconds.push(result.milliseconds);
    cpuMs = cpuMs === null || result.cpuMilliseconds === null ? null : cpuMs + result.cpuMilliseconds;
    peakBytes = result.peakBytes;
  }
  return { milliseconds, endToEndMs, cpuMs, wallMs: milliseconds.reduce((sum, each) => sum + each, 0), peakBytes };
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
