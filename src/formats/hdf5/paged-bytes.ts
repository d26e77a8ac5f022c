import { type ErrorCode, invariant, TorchliftError } from '../../core/errors.ts';
import { type ByteSource, checkRange } from '../files/byte-source.ts';

/** Headers stand between the weights they describe: larger pages would read the weights too. */
const PAGE_BYTES = 4096;
/** 16 MiB of pages at most: the metadata of a model with thousands of layers fits; weights never go through them. */
const MAX_PAGES = 4096;

/**
 * What may be parsed of one file: every structure of an honest file is read a few times at most, so more than the file's own size on top of
 * this says that structures overlap or run in circles, and that reading them would take for ever.
 */
const MAX_EXTRA_WORK_BYTES = 64 * 1024 * 1024;

/** A byte source with a page cache, since HDF5's metadata is thousands of small pieces, and with errors that name the byte. */
export class PagedBytes {
  readonly name: string;
  readonly size: number;
  readonly #source: ByteSource;
  readonly #pages = new Map<number, Uint8Array>();
  #open = true;
  #work = 0;

  constructor(source: ByteSource) {
    this.#source = source;
    this.name = source.name;
    this.size = source.sizeBytes;
  }

  /** `length` bytes at `offset`, as a view of a page where they lie in one. The caller must not write to them. */
  view(offset: number, length: number): Uint8Array {
    checkRange(`${this.name}: byte ${offset}`, this.size, offset, length);
    this.spend(length, offset);
    const page = Math.floor(offset / PAGE_BYTES);
    const start = page * PAGE_BYTES;
    if (offset + length > start + PAGE_BYTES) return this.read(offset, length);
    let cached = this.#pages.get(page);
    if (cached === undefined) {
      cached = this.read(start, Math.min(PAGE_BYTES, this.size - start));
      if (this.#pages.size >= MAX_PAGES) this.#pages.clear();
      this.#pages.set(page, cached);
    }
    return cached.subarray(offset - start, offset - start + length);
  }

  /** `length` bytes at `offset`, straight from the source. */
  read(offset: number, length: number): Uint8Array {
    // The descriptor's number may by then belong to another file, whose bytes would pass for weights.
    invariant(this.#open, `${this.name} is read after it was closed`);
    const bytes = this.#source.read(offset, length);
    // Views of a Buffer are Buffers, which take longer to make.
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Counts `length` bytes of parsing. Errors: `limit-exceeded`. */
  spend(length: number, offset: number): void {
    this.#work += length;
    if (this.#work <= this.size + MAX_EXTRA_WORK_BYTES) return;
    throw new TorchliftError('limit-exceeded', {
      what: `reading the structure takes more than the ${this.size} bytes of the file: its parts overlap or run in circles`,
      where: `${this.name}: byte ${offset}`,
      remedy: 'No program saves a model like this; do not trust the file.',
    });
  }

  malformed(what: string, offset: number, code: ErrorCode = 'malformed-file'): TorchliftError {
    return new TorchliftError(code, { what, where: `${this.name}: byte ${offset}`, remedy: DAMAGED });
  }

  close(): void {
    this.#open = false;
    this.#pages.clear();
    this.#source.close();
  }
}

export const DAMAGED = 'The file is damaged or was not copied whole. Copy it again, or save the model again from Keras.';
