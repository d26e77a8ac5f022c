/** How a request came, as far as serving it depends on it. */
export interface RequestContext {
  /** An API key, or an address. */
  readonly client: string;
  /** By `performance.now()`. */
  readonly deadline: number;
  /** Aborted when nobody waits for the answer any more, with `deadline-exceeded` for a reason where time ran out. */
  readonly signal: AbortSignal;
}
