/** What waits for a worker, as far as a queue looks at it. */
export interface Queued {
  /** Whom it is for: an API key, or an address. */
  readonly client: string;
  /** How much of a batch it fills. */
  readonly rows: number;
}

/** Clients whose last turn is remembered before those that owe nothing are forgotten. */
const REMEMBERED = 1024;

/**
 * What waits, clients in turns: whoever sends a thousand requests delays itself, not the others. Start-time fair queueing (Goyal, Vin, Cheng,
 * SIGCOMM 1996) with equal weights: an item starts where its client's last one ends, on a clock that stands at the start of what was taken last.
 */
export class FairQueue<Item extends Queued> {
  /** By their start, and as they came. */
  readonly #waiting: { readonly item: Item; readonly start: number }[] = [];
  /** Where each client's last item ends. */
  readonly #ends = new Map<string, number>();
  #now = 0;
  #rows = 0;

  /** Of all that waits. */
  get rows(): number {
    return this.#rows;
  }

  /** What `take` would give first. */
  get first(): Item | undefined {
    return this.#waiting[0]?.item;
  }

  get items(): number {
    return this.#waiting.length;
  }

  add(item: Item): void {
    const start = Math.max(this.#now, this.#ends.get(item.client) ?? 0);
    this.#ends.set(item.client, start + item.rows);
    this.#waiting.splice(this.#firstAfter(start), 0, { item, start });
    this.#rows += item.rows;
    if (this.#ends.size > REMEMBERED) for (const [client, end] of this.#ends) if (end <= this.#now) this.#ends.delete(client);
  }

  /** Takes an item out that needs no worker any more; false where it isn't there. */
  remove(item: Item): boolean {
    const index = this.#waiting.findIndex((waiting) => waiting.item === item);
    if (index < 0) return false;
    this.#waiting.splice(index, 1);
    this.#rows -= item.rows;
    return true;
  }

  /** The next items that fit into so many rows together, the first whatever its size. */
  take(rows: number): Item[] {
    let count = 0;
    let taken = 0;
    for (const { item, start } of this.#waiting) {
      if (count > 0 && taken + item.rows > rows) break;
      this.#now = start;
      count += 1;
      taken += item.rows;
      if (taken >= rows) break;
    }
    this.#rows -= taken;
    return this.#waiting.splice(0, count).map(({ item }) => item);
  }

  #firstAfter(start: number): number {
    let [low, high] = [0, this.#waiting.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#waiting[middle] as { start: number }).start <= start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
