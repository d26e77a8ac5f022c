import { basename } from 'node:path';
import { DTYPE_BYTES, type DType } from '../../core/dtypes.ts';
import { openByteSource } from '../files/open-byte-source.ts';
import { ZipArchive } from '../zip/zip-archive.ts';
import type { ZipEntry } from '../zip/zip-entry.ts';
import { MAX_NPY_HEADER_BYTES, parseNpyHeader } from './npy.ts';

/** An array of a `.npz`, read rows at a time: the file may be larger than memory. */
export interface NpzArray {
  readonly dtype: DType;
  /** [N, …] */
  readonly shape: readonly number[];
  /** Raw little-endian elements, in C order, of the rows `from` to `to`, without the last. */
  rows(from: number, to: number): Uint8Array;
}

/**
 * A `.npz` file: a zip of `.npy` arrays. Stored ones (`numpy.savez`) are read from the disk as they are asked for, deflated ones
 * (`savez_compressed`) unfolded at once, within the archive's limit.
 */
export class NpzFile {
  readonly names: readonly string[];
  readonly #source: ReturnType<typeof openByteSource>;
  readonly #archive: ZipArchive;
  readonly #entries: ReadonlyMap<string, ZipEntry>;

  /** Errors: `file-not-found`, `malformed-file`, `limit-exceeded`, `io`. */
  constructor(path: string) {
    this.#source = openByteSource(path);
    try {
      this.#archive = new ZipArchive(this.#source, { maxInflatedBytes: 8 * 2 ** 30 });
    } catch (error) {
      this.#source.close();
      throw error;
    }
    this.#entries = new Map(this.#archive.entries.map((entry) => [entry.name.replace(/\.npy$/, ''), entry]));
    this.names = [...this.#entries.keys()];
  }

  /** undefined where there is none of that name. Errors: `malformed-file`, `unsupported`, `limit-exceeded`. */
  array(name: string): NpzArray | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    const place = `${basename(this.#source.name)}: ${name}`;
    const whole = entry.method === 0 ? undefined : this.#archive.read(entry);
    const read = (offset: number, length: number) =>
      whole === undefined ? this.#source.read(entry.dataOffset + offset, length) : whole.subarray(offset, offset + length);
    const { dtype, shape, dataOffset } = parseNpyHeader(read(0, Math.min(MAX_NPY_HEADER_BYTES, entry.sizeBytes)), entry.sizeBytes, place);
    const rowBytes = shape.slice(1).reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
    return { dtype, shape, rows: (from, to) => read(dataOffset + from * rowBytes, (to - from) * rowBytes) };
  }

  close(): void {
    this.#source.close();
  }
}
