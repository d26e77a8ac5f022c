import type { TensorSource } from '../core/tensor-source.ts';

/** Kept at most. Files written side by side want the same weight at the same time, mostly; one with another order must not fill the memory. */
const BUDGET_BYTES = 32 << 20;

/**
 * Weights that two files hold: each is read and laid out for the file that asks first, and kept until the other took it, up to a budget;
 * beyond it, it is laid out again.
 */
export class SharedWeights {
  readonly #kept = new Map<string, Uint8Array>();
  readonly #keys: ReadonlySet<string>;
  #bytes = 0;

  /** `keys`: what both files hold. */
  constructor(keys: Iterable<string>) {
    this.#keys = new Set(keys);
  }

  share(key: string, source: TensorSource): TensorSource {
    return this.#keys.has(key) ? { ...source, read: () => this.#read(key, source) } : source;
  }

  #read(key: string, source: TensorSource): Uint8Array {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#bytes -= kept.byteLength;
      return kept;
    }
    const bytes = source.read();
    if (this.#bytes + bytes.byteLength <= BUDGET_BYTES) {
      this.#kept.set(key, bytes);
      this.#bytes += bytes.byteLength;
    }
    return bytes;
  }
}
