import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { PoolEvents } from '../pool/worker-pool.ts';

/** From the overhead of an empty model to what no client waits for. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10];
const ROWS = [1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128];

/** What a pool tells besides its events. */
interface Watched {
  readonly waitingRows: number;
  readonly ready: number;
}

/** Figures of a gateway, in Prometheus' form. */
export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #pools = new Map<string, Watched>();
  readonly #requests: Counter;
  readonly #latency: Histogram;
  readonly #batchRows: Histogram;
  readonly #batchSeconds: Histogram;
  readonly #restarts: Counter;
  readonly #notInspected: Counter;
  readonly #fallbacks: Counter;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Counter({ registers, name: 'torchlift_requests_total', help: 'Answers.', labelNames: ['route', 'status'] });
    this.#latency = new Histogram({
      ...{ registers, name: 'torchlift_request_seconds', help: 'From the whole request to its answer.' },
      ...{ labelNames: ['route'], buckets: SECONDS },
    });
    this.#batchRows = new Histogram({ registers, name: 'torchlift_batch_rows', help: 'Rows of a batch.', labelNames: ['arm'], buckets: ROWS });
    this.#batchSeconds = new Histogram({
      ...{ registers, name: 'torchlift_batch_seconds', help: 'A batch in its worker, the way there and back included.' },
      ...{ labelNames: ['arm'], buckets: SECONDS },
    });
    const lost = 'Workers that died, hung or grew too large, and were replaced.';
    this.#restarts = new Counter({ registers, name: 'torchlift_worker_restarts_total', help: lost, labelNames: ['arm'] });
    const unseen = 'Images that no model looked at.';
    this.#notInspected = new Counter({ registers, name: 'torchlift_not_inspected_total', help: unseen, labelNames: ['format', 'reason'] });
    const failed = 'Requests that the candidate failed or was too slow for, and the reference answered instead.';
    this.#fallbacks = new Counter({ registers, name: 'torchlift_candidate_failures_total', help: failed, labelNames: ['reason'] });
    this.#gauge('torchlift_queue_rows', 'Rows that wait for a worker.', ({ waitingRows }) => waitingRows);
    this.#gauge('torchlift_workers_ready', 'Workers that are there.', ({ ready }) => ready);
  }

  #gauge(name: string, help: string, value: (pool: Watched) => number): void {
    const pools = this.#pools;
    new Gauge({
      ...{ registers: [this.#registry], name, help, labelNames: ['arm'] },
      collect() {
        for (const [arm, pool] of pools) this.set({ arm }, value(pool));
      },
    });
  }

  answered(route: string, status: number, milliseconds: number): void {
    this.#requests.inc({ route, status });
    this.#latency.observe({ route }, milliseconds / 1e3);
  }

  notInspected(format: string, reason: string): void {
    this.#notInspected.inc({ format, reason });
  }

  fellBack(reason: string): void {
    this.#fallbacks.inc({ reason });
  }

  /** Counts what an arm's pool tells. */
  eventsOf(arm: string): PoolEvents {
    return {
      onBatch: (rows, milliseconds) => {
        this.#batchRows.observe({ arm }, rows);
        this.#batchSeconds.observe({ arm }, milliseconds / 1e3);
      },
      onRestart: () => this.#restarts.inc({ arm }),
    };
  }

  /** Reads a pool's own figures whenever somebody asks. */
  watch(arm: string, pool: Watched): void {
    this.#pools.set(arm, pool);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
