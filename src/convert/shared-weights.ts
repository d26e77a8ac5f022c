import type { TensorSource } from '../core/tensor-source.ts';

/** Kept at most: enough for the image models there are, and far from what a conversion may take. */
const BUDGET_BYTES = 256 << 20;

/**
 * `model.onnx` and `model.safetensors` hold the same weights under the same keys. Each is read and laid out for the file that is written
 * first and kept for the other, up to a budget; beyond it, it is laid out again.
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
