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

/** Little-endian reads from a stretch of the file, bounds checked. */
export class Cursor {
  readonly geometry: Hdf5Geometry;
  /** Absolute file offset of the stretch. */
  readonly start: number;
  readonly #bytes: Uint8Array;
  #at = 0;

  private constructor(geometry: Hdf5Geometry, bytes: Uint8Array, start: number) {
    this.geometry = geometry;
    this.#bytes = bytes;
    this.start = start;
  }

  /** `address` as the file has it, relative to the base. */
  static at(geometry: Hdf5Geometry, address: number, length: number): Cursor {
    const start = geometry.base + address;
    return new Cursor(geometry, geometry.file.view(start, length), start);
  }

  get offset(): number {
    return this.start + this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  take(length: number): Uint8Array {
    if (length > this.remaining) throw this.malformed(`${length} bytes are wanted, ${this.remaining} are left of this structure`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  skip(length: number): void {
    this.take(length);
  }

  sub(length: number): Cursor {
    const start = this.offset;
    return new Cursor(this.geometry, this.take(length), start);
  }

  /** An unsigned integer of `width` bytes; beyond 2^53 no size or address of a real file lies. */
  uint(width: number): number {
    const value = this.#uint(width);
    if (value > Number.MAX_SAFE_INTEGER) throw this.malformed('a size or address beyond 2^53');
    return value;
  }

  length(): number {
    return this.uint(this.geometry.lengthBytes);
  }

  /** undefined: HDF5's "undefined address", all bits set. */
  address(): number | undefined {
    const width = this.geometry.addressBytes;
    if (this.#bytes.subarray(this.#at, this.#at + width).every((byte) => byte === 0xff)) {
      this.skip(width);
      return undefined;
    }
    return this.uint(width);
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

  #uint(width: number): number {
    const bytes = this.take(width);
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 256 + (bytes[i] as number);
    return value;
  }
}
