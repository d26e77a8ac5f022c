import type { Device, Engine, RunOptions, RunResult } from './engine.ts';
import type { Frame } from './framing.ts';
import { loadWorker } from './load-worker.ts';
import { ensureRuntime, type Progress } from './runtimes/ensure-runtime.ts';
import type { RuntimeName } from './runtimes/specifications.ts';
import type { Supervision } from './supervised-worker.ts';
import type { Tensor } from './tensor.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface WorkerOptions {
  readonly engine: RuntimeName;
  /** A TorchScript archive whose hash was verified, or a Keras `.h5`. */
  readonly model: string;
  /** Threads of one operator; the framework's default where omitted. */
  readonly threads?: number;
  /** `auto` where omitted. */
  readonly device?: Device;
  /** Replaces a worker that dies or hangs; where omitted, every request after that fails. */
  readonly supervision?: Supervision;
  readonly progress: Progress;
}

/** A model in a worker process. */
export interface WorkerEngine extends Engine {
  readonly pid: number;
  /** `cpu`, or `cuda` with the device's name. */
  readonly device: string;
  /** Calls another method of the host than `run`. Errors: `worker-failed`. */
  call(method: string, options: Readonly<Record<string, unknown>>, inputs: readonly Tensor[]): Promise<Frame>;
  /** Ends the process at once; whatever waits for an answer fails. */
  kill(why: string): void;
}

/**
 * Starts a worker process with the model loaded, makes its runtime first where that is missing.
 * Errors: `runtime-unavailable`, `io` (pip), `worker-failed` (the framework refuses the model; its words are in the message).
 */
export async function openWorker({ engine, model, threads, device = 'auto', supervision, progress }: WorkerOptions): Promise<WorkerEngine> {
  const runtime = await ensureRuntime(engine, progress);
  const started = performance.now();
  const load = { model, threads: threads ?? null, device };
  const { worker, loaded } = await loadWorker({ engine, python: runtime.python, load, supervision });
  return new HostedEngine(worker, `${engine} ${loaded.version}`, String(loaded.device), performance.now() - started);
}

class HostedEngine implements WorkerEngine {
  readonly description: string;
  readonly device: string;
  readonly loadMs: number;
  readonly #worker: WorkerProcess;

  constructor(worker: WorkerProcess, description: string, device: string, loadMs: number) {
    this.#worker = worker;
    this.description = description;
    this.device = device;
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
