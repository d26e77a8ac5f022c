import type { ByteSink } from './byte-sink.ts';

/** Gathers what is written in memory: for small files, and for tests. */
export class MemorySink implements ByteSink {
  readonly #chunks: Uint8Array[] = [];
  #position = 0;

  get position(): number {
    return this.#position;
  }

  write(chunk: Uint8Array): void {
    this.#chunks.push(chunk.slice());
    this.#position += chunk.byteLength;
  }

  /** All bytes written so far, in a new array. */
  bytes(): Uint8Array {
    const all = new Uint8Array(this.#position);
    let offset = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return all;
  }
}
