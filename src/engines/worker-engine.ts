import type { Engine, RunOptions, RunResult } from './engine.ts';
import type { Frame } from './framing.ts';
import { ensureRuntime, type Progress } from './runtimes/ensure-runtime.ts';
import type { RuntimeName } from './runtimes/specifications.ts';
import type { Tensor } from './tensor.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

export interface WorkerOptions {
  readonly engine: RuntimeName;
  /** A TorchScript archive whose hash was verified, or a Keras `.h5`. */
  readonly model: string;
  /** Threads of one operator; the framework's default where omitted. */
  readonly threads?: number;
  readonly progress: Progress;
}

/** A model in a worker process. */
export interface WorkerEngine extends Engine {
  readonly pid: number;
  /** Calls another method of the host than `run`. Errors: `worker-failed`. */
  call(method: string, options: Readonly<Record<string, unknown>>, inputs: readonly Tensor[]): Promise<Frame>;
  /** Ends the process at once; whatever waits for an answer fails. */
  kill(why: string): void;
}

/**
 * Starts a worker process with the model loaded, makes its runtime first where that is missing.
 * Errors: `runtime-unavailable`, `io` (pip), `worker-failed` (the framework refuses the model; its words are in the message).
 */
export async function openWorker(options: WorkerOptions): Promise<WorkerEngine> {
  const runtime = await ensureRuntime(options.engine, options.progress);
  const started = performance.now();
  const worker = await startWorkerProcess(options.engine, runtime.python);
  try {
    const { header } = await worker.request('load', { model: options.model, threads: options.threads ?? null }, []);
    return new HostedEngine(worker, `${options.engine} ${header.version}`, performance.now() - started);
  } catch (error) {
    await worker.close();
    throw error;
  }
}

class HostedEngine implements WorkerEngine {
  readonly description: string;
  readonly loadMs: number;
  readonly #worker: WorkerProcess;

  constructor(worker: WorkerProcess, description: string, loadMs: number) {
    this.#worker = worker;
    this.description = description;
    this.loadMs = loadMs;
  }

  get pid(): number {
    return this.#worker.pid;
  }

  call(method: string, options: Readonly<Record<string, unknown>>, inputs: readonly Tensor[]): Promise<Frame> {
    return this.#worker.request(method, options, inputs);
  }

  async run(inputs: readonly Tensor[], options: RunOptions = {}): Promise<RunResult> {
    const { header, tensors } = await this.#worker.request('run', { ...options }, inputs);
    return {
      outputs: tensors,
      milliseconds: Number(header.milliseconds),
      cpuMilliseconds: Number(header.cpuMilliseconds),
      peakBytes: Number(header.peakBytes),
    };
  }

  close(): Promise<void> {
    return this.#worker.close();
  }

  kill(why: string): void {
    this.#worker.kill(why);
  }
}
