import { TorchliftError } from '../core/errors.ts';
import type { Frame } from './framing.ts';
import type { Tensor } from './tensor.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface Supervision {
  /** A worker that hasn't answered the request it works on after so long is taken for hung. */
  readonly deadlineMs: number;
  /** A worker that has grown larger is replaced between two requests; no limit where omitted. */
  readonly memoryCapBytes?: number;
  /** Told of every replacement, with its reason. */
  readonly onRestart?: (why: string) => void;
}

interface Pending {
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly tensors: readonly Tensor[];
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: unknown) => void;
  /** Workers that died or hung on it. */
  losses: number;
}

/** What loading may take: the framework's import from a cold disk, and a large model. */
const LOAD_DEADLINE_MS = 300_000;
/** One retry: what kills two workers is the request's fault. */
const MAX_LOSSES = 2;

/**
 * A worker that is replaced when it dies, hangs or outgrows its memory. Requests are answered in their order, each exactly once: those that
 * a lost worker left are sent to the next one, and only the one it worked on has used up its retry. A request that a living worker refuses
 * is the caller's. Errors: as of the worker, `worker-failed` (lost twice), `limit-exceeded` (one request alone needs more than the cap).
 */
export class SupervisedWorker implements WorkerProcess {
  readonly #start: () => Promise<WorkerProcess>;
  readonly #supervision: Supervision;
  /** In the order of their arrival; a worker answers one after the other, so the first is the one it works on. */
  readonly #pending: Pending[] = [];
  #worker: WorkerProcess | undefined;
  #restarting: Promise<void> = Promise.resolve();
  #answered = 0;
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;

  /** `start` gives a fresh worker each time, with its model loaded; it is given the deadline of the loading. */
  static async start(start: (deadlineMs: number) => Promise<WorkerProcess>, supervision: Supervision): Promise<SupervisedWorker> {
    const supervised = new SupervisedWorker(() => start(LOAD_DEADLINE_MS), supervision);
    supervised.#worker = await supervised.#start();
    return supervised;
  }

  private constructor(start: () => Promise<WorkerProcess>, supervision: Supervision) {
    this.#start = start;
    this.#supervision = supervision;
  }

  /** Of the worker there is now; 0 while it is being replaced. */
  get pid(): number {
    return this.#worker?.pid ?? 0;
  }

  get ended(): boolean {
    return this.#failure !== undefined;
  }

  request(method: string, options: Readonly<Record<string, unknown>>, tensors: readonly Tensor[]): Promise<Frame> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const pending = { method, options, tensors, resolve, reject, losses: 0 };
      this.#pending.push(pending);
      if (this.#worker !== undefined) this.#send(pending, this.#worker);
    });
  }

  async close(): Promise<void> {
    this.#failure ??= new TorchliftError('worker-failed', { what: 'the worker was closed' });
    await this.#restarting;
    clearTimeout(this.#timer);
    await this.#worker?.close();
  }

  kill(why: string): void {
    this.#fail(new TorchliftError('worker-failed', { what: `the worker ${why}` }));
    this.#worker?.kill(why);
  }

  #send(pending: Pending, worker: WorkerProcess): void {
    if (pending === this.#pending[0]) this.#watch(worker);
    worker.request(pending.method, pending.options, pending.tensors).then(
      (frame) => this.#answer(pending, worker, frame),
      (error: unknown) => this.#lose(pending, worker, error),
    );
  }

  /** The deadline runs from when a request comes first, not from when it was made. */
  #watch(worker: WorkerProcess): void {
    clearTimeout(this.#timer);
    if (this.#pending.length === 0) return;
    const { deadlineMs } = this.#supervision;
    this.#timer = setTimeout(() => worker.kill(`gave no answer within ${deadlineMs / 1000} s`), deadlineMs);
  }

  #answer(pending: Pending, worker: WorkerProcess, frame: Frame): void {
    if (worker !== this.#worker) return;
    this.#pending.shift();
    this.#answered += 1;
    this.#watch(worker);
    const { memoryCapBytes = Number.POSITIVE_INFINITY } = this.#supervision;
    const peakBytes = Number(frame.header.peakBytes);
    if (!(peakBytes > memoryCapBytes)) {
      pending.resolve(frame);
      return;
    }
    const grown = `grew to ${Math.round(peakBytes / 1e6)} MB, its cap is ${Math.round(memoryCapBytes / 1e6)} MB`;
    // The first of a fresh worker: the next one would grow as large.
    if (this.#answered === 1) {
      pending.reject(
        new TorchliftError('limit-exceeded', { what: `the worker ${grown}, in one request`, remedy: 'Raise the cap, or make the batches smaller.' }),
      );
    } else pending.resolve(frame);
    this.#worker = undefined;
    worker.kill(grown);
    this.#replace(grown);
  }

  #lose(pending: Pending, worker: WorkerProcess, error: unknown): void {
    if (worker !== this.#worker) return;
    if (!worker.ended) {
      this.#pending.splice(this.#pending.indexOf(pending), 1);
      this.#answered += 1;
      this.#watch(worker);
      pending.reject(error);
      return;
    }
    this.#worker = undefined;
    const [first] = this.#pending;
    if (first !== undefined && ++first.losses === MAX_LOSSES) {
      this.#pending.shift();
      first.reject(error);
    }
    this.#replace(error instanceof TorchliftError ? error.what : String(error));
  }

  #replace(why: string): void {
    clearTimeout(this.#timer);
    // Closed meanwhile: nobody waits for another one.
    if (this.#failure !== undefined) {
      this.#fail(this.#failure);
      return;
    }
    this.#supervision.onRestart?.(why);
    this.#answered = 0;
    this.#restarting = this.#start().then(
      (worker) => {
        this.#worker = worker;
        for (const pending of [...this.#pending]) this.#send(pending, worker);
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #fail(error: unknown): void {
    this.#failure = error;
    clearTimeout(this.#timer);
    for (const { reject } of this.#pending.splice(0)) reject(error);
  }
}
