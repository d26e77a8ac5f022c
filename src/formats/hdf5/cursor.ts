import type { PagedBytes } from './paged-bytes.ts';

/** Sizes and origin that a file's superblock fixes for all its addresses. */
export interface Hdf5Geometry {
  readonly file: PagedBytes;
  /** Bytes of an address ("size of offsets"). */
  readonly addressBytes: number;
  /** Bytes of a length ("size of lengths"). */
  readonly lengthBytes: number;
  /** What an address counts from: the place of the superblock. */
  readonly base: number;
}

/** Little-endian reads from a stretch of the file, bounds checked. Thousands are made for one file, so no view is made for a number. */
export class Cursor {
  readonly geometry: Hdf5Geometry;
  /** Absolute file offset of `#bytes[0]`. */
  readonly #origin: number;
  readonly #bytes: Uint8Array;
  #at: number;
  readonly #end: number;

  private constructor(geometry: Hdf5Geometry, bytes: Uint8Array, origin: number, at: number, end: number) {
    this.geometry = geometry;
    this.#bytes = bytes;
    this.#origin = origin;
    this.#at = at;
    this.#end = end;
  }

  /** `address` as the file has it, relative to the base. */
  static at(geometry: Hdf5Geometry, address: number, length: number): Cursor {
    const start = geometry.base + address;
    return new Cursor(geometry, geometry.file.view(start, length), start, 0, length);
  }

  get offset(): number {
    return this.#origin + this.#at;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  take(length: number): Uint8Array {
    this.skip(length);
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** The one bounds check: everything that moves on goes through it. */
  skip(length: number): void {
    if (length > this.#end - this.#at) throw this.malformed(`${length} bytes are wanted, ${this.remaining} are left of this structure`);
    this.#at += length;
  }

  sub(length: number): Cursor {
    const start = this.#at;
    this.skip(length);
    return new Cursor(this.geometry, this.#bytes, this.#origin, start, start + length);
  }

  /** An unsigned integer of `width` bytes; beyond 2^53 no size or address of a real file lies. */
  uint(width: number): number {
    this.skip(width);
    let value = 0;
    for (let i = this.#at - 1; i >= this.#at - width; i--) value = value * 256 + (this.#bytes[i] as number);
    if (value > Number.MAX_SAFE_INTEGER) throw this.malformed('a size or address beyond 2^53');
    return value;
  }

  length(): number {
    return this.uint(this.geometry.lengthBytes);
  }

  /** undefined: HDF5's "undefined address", all bits set. */
  address(): number | undefined {
    const width = this.geometry.addressBytes;
    for (let i = 0; i < width; i++) if (i >= this.remaining || this.#bytes[this.#at + i] !== 0xff) return this.uint(width);
    this.skip(width);
    return undefined;
  }

  definedAddress(): number {
    const value = this.address();
    if (value === undefined) throw this.malformed('an address is undefined');
    return value;
  }

  expect(signature: string): void {
    const at = this.offset;
    const got = String.fromCharCode(...this.take(signature.length));
    if (got !== signature) throw this.geometry.file.malformed(`expected the signature ${signature}`, at);
  }

  malformed(what: string): Error {
    return this.geometry.file.malformed(what, this.offset);
  }
}
