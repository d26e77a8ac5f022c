import type { TorchliftError } from '../../core/errors.ts';

/** One request to a pool of workers. */
export interface Work<Input> {
  readonly input: Input;
  /** How much of a batch it fills. */
  readonly rows: number;
  /** Whom it is for: an API key, or an address. */
  readonly client: string;
  /** By `performance.now()`, milliseconds. */
  readonly deadline: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** The same for the same input, whoever sends it. */
  readonly digest: () => string;
}

/** What became of one input in a batch: a worker refuses one without harm to the others. */
export type Outcome<Output> = { readonly ok: true; readonly value: Output } | { readonly ok: false; readonly error: TorchliftError };

/** A worker as a pool sees it: it runs one batch at a time. */
export interface PoolWorker<Input, Output> {
  readonly pid: number;
  /** One outcome for each input, in their order. Errors: `worker-failed` where it died; then `ended` is true. */
  run(inputs: readonly Input[]): Promise<{ readonly outcomes: readonly Outcome<Output>[]; readonly peakBytes: number }>;
  readonly ended: boolean;
  close(): Promise<void>;
  /** Ends it at once; what it runs fails. */
  kill(why: string): void;
}
