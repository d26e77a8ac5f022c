import type { ByteSink } from '../byte-sink.ts';
import { type ByteSource, checkRange } from '../byte-source.ts';

/** A file of any size that holds only what was written; what was skipped reads as zeros. For archives past 4 GB. */
export class SparseFile implements ByteSink, ByteSource {
  readonly name = 'sparse';
  readonly #pieces: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  position = 0;

  get sizeBytes(): number {
    return this.position;
  }

  write(chunk: Uint8Array): void {
    this.#pieces.push({ at: this.position, bytes: chunk.slice() });
    this.position += chunk.byteLength;
  }

  skip(bytes: number): void {
    this.position += bytes;
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this.name, this.position, offset, length);
    const result = new Uint8Array(length);
    for (const { at, bytes } of this.#pieces) {
      const from = Math.max(at, offset);
      const to = Math.min(at + bytes.byteLength, offset + length);
      if (from < to) result.set(bytes.subarray(from - at, to - at), from - offset);
    }
    return result;
  }

  close(): void {}
}
