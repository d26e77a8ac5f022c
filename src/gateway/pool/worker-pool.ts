import { TorchliftError } from '../../core/errors.ts';
import { CostLine } from './cost-line.ts';
import { FairQueue } from './fair-queue.ts';
import { Quarantine } from './quarantine.ts';
import type { Outcome, PoolWorker, Work } from './work.ts';

export interface PoolOptions<Input, Output> {
  /** For people and metrics: `candidate`, `preprocess`. */
  readonly name: string;
  readonly workers: number;
  /** A fresh worker, warm. Errors: those of the engine. */
  readonly start: () => Promise<PoolWorker<Input, Output>>;
  /** Rows of one batch at most. */
  readonly maxBatch: number;
  /** Rows that may wait. */
  readonly maxQueue: number;
  /** A worker that has grown larger is replaced between two batches. */
  readonly memoryCapBytes: number;
  readonly events: PoolEvents;
}

export interface PoolEvents {
  onBatch(rows: number, milliseconds: number): void;
  /** A worker was lost, and another one is started. */
  onRestart(why: string): void;
}

interface Item<Input, Output> extends Work<Input> {
  readonly resolve: (value: Output) => void;
  readonly reject: (error: unknown) => void;
  /** Workers that died or hung while they ran it. */
  losses: number;
  settled: boolean;
}

/** What a batch may take beyond what it was expected to before its worker is taken for hung. */
const HANG_FACTOR = 10;
const HANG_LEAST_MS = 1_000;
/** A worker that knows no cost yet. */
const HANG_UNKNOWN_MS = 30_000;
/** What kills two workers is the request's fault. */
const MAX_LOSSES = 2;
/** So many losses within a minute, and the next start waits. */
const BREAKER_LOSSES = 5;
const BREAKER_MS = 60_000;
const BREAKER_PAUSE_MS = 5_000;

/**
 * Workers that share a queue. Work-conserving: a free worker takes what waits at once, its share where several are free, no more than
 * the deadlines allow; nothing waits for a batch to fill. What can't be answered in time is refused before it is queued. A worker that dies, hangs or
 * grows too large is replaced; what it ran goes to the next one, alone, and an input that ends two workers is refused from then on.
 */
export class WorkerPool<Input, Output> {
  readonly #options: PoolOptions<Input, Output>;
  readonly #queue = new FairQueue<Item<Input, Output>>();
  /** Lost a worker once: each runs alone. */
  readonly #suspects: Item<Input, Output>[] = [];
  readonly #free: PoolWorker<Input, Output>[] = [];
  /** When what a worker runs should be done, by `performance.now()`. */
  readonly #busy = new Map<PoolWorker<Input, Output>, number>();
  readonly #quarantine = new Quarantine();
  readonly #cost = new CostLine();
  readonly #losses: number[] = [];
  #starting = 0;
  #closing = false;
  #idle: (() => void) | undefined;

  /** With all workers ready. Errors: those of the first start. */
  static async open<Input, Output>(options: PoolOptions<Input, Output>): Promise<WorkerPool<Input, Output>> {
    const pool = new WorkerPool(options);
    const started = await Promise.allSettled(Array.from({ length: options.workers }, options.start));
    const failed = started.find((each) => each.status === 'rejected');
    const workers = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    if (failed !== undefined) {
      await Promise.all(workers.map((worker) => worker.close()));
      throw failed.reason;
    }
    pool.#free.push(...workers);
    return pool;
  }

  private constructor(options: PoolOptions<Input, Output>) {
    this.#options = options;
  }

  /** Workers that are there. */
  get ready(): number {
    return this.#free.length + this.#busy.size;
  }

  get waitingRows(): number {
    return this.#queue.rows;
  }

  get cost(): CostLine {
    return this.#cost;
  }

  get pids(): readonly number[] {
    return [...this.#free, ...this.#busy.keys()].map(({ pid }) => pid);
  }

  /**
   * Answers one input, in a batch with others. Errors: `overloaded` (refused at once: it would miss its deadline, or the queue is full),
   * `deadline-exceeded`, `poison-input`, `cancelled`, `worker-failed`, those of the worker for this input.
   */
  submit(work: Work<Input>): Promise<Output> {
    const refused = this.#refusalOf(work);
    if (refused !== undefined) return Promise.reject(refused);
    return new Promise((resolve, reject) => {
      const item: Item<Input, Output> = { ...work, resolve, reject, losses: 0, settled: false };
      this.#queue.add(item);
      work.signal.addEventListener('abort', () => this.#abandon(item), { once: true });
      this.#dispatch();
    });
  }

  /** Milliseconds until an answer to so many rows, were they asked for now. */
  expectedMs(rows: number): number {
    if (!this.#cost.isKnown) return 0;
    const now = performance.now();
    const workers = Math.max(1, this.ready);
    const running = [...this.#busy.values()].map((end) => Math.max(0, end - now));
    const soonest = this.#free.length > 0 ? 0 : Math.min(...running, Number.POSITIVE_INFINITY);
    const ahead = this.#queue.rows;
    const perRow = this.#cost.milliseconds(this.#options.maxBatch) / this.#options.maxBatch;
    return (Number.isFinite(soonest) ? soonest : 0) + (ahead * perRow) / workers + this.#cost.milliseconds(rows);
  }

  /** Lets what was accepted be answered, then ends the workers. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#queue.items + this.#suspects.length + this.#busy.size > 0)
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    await Promise.all(this.#free.splice(0).map((worker) => worker.close()));
  }

  #refusalOf({ rows, deadline, digest }: Work<Input>): TorchliftError | undefined {
    if (this.#closing) return new TorchliftError('overloaded', { what: 'the server is stopping' });
    if (this.#quarantine.size > 0 && this.#quarantine.has(digest())) return poison();
    const { name, maxQueue } = this.#options;
    if (this.#queue.rows + rows > maxQueue && this.#queue.rows > 0)
      return new TorchliftError('overloaded', { what: `${this.#queue.rows} rows wait for the ${name}, as many as may` });
    if (this.ready === 0 && this.#starting === 0) return new TorchliftError('worker-failed', { what: `no worker of the ${name} is left` });
    const expected = this.expectedMs(rows);
    if (performance.now() + expected > deadline)
      return new TorchliftError('overloaded', {
        what: `an answer of the ${name} would take ${Math.round(expected)} ms, longer than the deadline allows`,
      });
    return undefined;
  }

  #abandon(item: Item<Input, Output>): void {
    if (item.settled) return;
    this.#queue.remove(item);
    const suspect = this.#suspects.indexOf(item);
    if (suspect >= 0) this.#suspects.splice(suspect, 1);
    this.#settle(item, { ok: false, error: item.signal.reason instanceof TorchliftError ? item.signal.reason : cancelled() });
    this.#checkIdle();
  }

  #settle(item: Item<Input, Output>, outcome: Outcome<Output>): void {
    if (item.settled) return;
    item.settled = true;
    if (outcome.ok) item.resolve(outcome.value);
    else item.reject(outcome.error);
  }

  #dispatch(): void {
    while (this.#free.length > 0) {
      const batch = this.#next();
      if (batch.length === 0) return;
      // The one that ran last: its weights are in the cache.
      void this.#run(this.#free.pop() as PoolWorker<Input, Output>, batch);
    }
  }

  #next(): readonly Item<Input, Output>[] {
    const suspect = this.#suspects.shift();
    if (suspect !== undefined) return [suspect];
    const { first } = this.#queue;
    if (first === undefined) return [];
    const share = Math.ceil(this.#queue.rows / this.#free.length);
    return this.#queue.take(Math.min(share, this.#options.maxBatch, this.#cost.rowsWithin(first.deadline - performance.now())));
  }

  async #run(worker: PoolWorker<Input, Output>, batch: readonly Item<Input, Output>[]): Promise<void> {
    const { events, memoryCapBytes } = this.#options;
    const rows = batch.reduce((sum, item) => sum + item.rows, 0);
    const started = performance.now();
    const expected = this.#cost.milliseconds(rows);
    this.#busy.set(worker, started + expected);
    const patience = this.#cost.isKnown ? Math.max(HANG_LEAST_MS, HANG_FACTOR * expected) : HANG_UNKNOWN_MS;
    const hung = setTimeout(() => worker.kill(`gave no answer within ${Math.round(patience)} ms`), patience);
    try {
      const { outcomes, peakBytes } = await worker.run(batch.map(({ input }) => input));
      clearTimeout(hung);
      const milliseconds = performance.now() - started;
      this.#cost.learn(rows, milliseconds);
      events.onBatch(rows, milliseconds);
      this.#busy.delete(worker);
      if (peakBytes > memoryCapBytes) {
        worker.kill('grew beyond its memory cap');
        this.#replace(`grew to ${Math.round(peakBytes / 1e6)} MB, its cap is ${Math.round(memoryCapBytes / 1e6)} MB`);
      } else this.#free.push(worker);
      // The worker has its next batch before the answers are written.
      this.#dispatch();
      for (const [index, item] of batch.entries()) this.#settle(item, outcomes[index] as Outcome<Output>);
    } catch (error) {
      clearTimeout(hung);
      this.#busy.delete(worker);
      if (worker.ended) this.#lose(batch, error as Error);
      else {
        this.#free.push(worker);
        for (const item of batch) this.#settle(item, { ok: false, error: error as TorchliftError });
      }
      this.#dispatch();
    }
    this.#checkIdle();
  }

  #lose(batch: readonly Item<Input, Output>[], error: Error): void {
    for (const item of batch) {
      item.losses += 1;
      if (item.settled) continue;
      // Of several nobody knows which one it was: from now on each runs alone.
      if (item.losses >= MAX_LOSSES && batch.length === 1) {
        this.#quarantine.add(item.digest());
        this.#settle(item, { ok: false, error: poison() });
      } else this.#suspects.push(item);
    }
    this.#replace(error instanceof TorchliftError ? error.what : String(error));
  }

  #replace(why: string): void {
    if (this.#closing && this.#queue.items + this.#suspects.length === 0) return;
    const now = performance.now();
    this.#losses.push(now);
    while ((this.#losses[0] ?? now) < now - BREAKER_MS) this.#losses.shift();
    this.#options.events.onRestart(why);
    this.#starting += 1;
    setTimeout(() => void this.#restart(), this.#losses.length >= BREAKER_LOSSES ? BREAKER_PAUSE_MS : 0);
  }

  async #restart(): Promise<void> {
    try {
      const worker = await this.#options.start();
      this.#starting -= 1;
      this.#free.push(worker);
      this.#dispatch();
    } catch (error) {
      this.#starting -= 1;
      this.#replace(error instanceof TorchliftError ? error.what : String(error));
    }
    this.#checkIdle();
  }

  #checkIdle(): void {
    if (this.#queue.items + this.#suspects.length + this.#busy.size === 0) this.#idle?.();
  }
}

function poison(): TorchliftError {
  return new TorchliftError('poison-input', { what: 'this input ended two workers, and is refused from now on' });
}

function cancelled(): TorchliftError {
  return new TorchliftError('cancelled', { what: 'nobody waits for the answer any more' });
}
