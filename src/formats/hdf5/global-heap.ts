import { Cursor, type Hdf5Geometry } from './cursor.ts';

/** Where variable-length strings lie: collections of numbered objects (HDF5 file format 3.0, III.E). Each collection is listed once. */
export class GlobalHeap {
  readonly #geometry: Hdf5Geometry;
  readonly #collections = new Map<number, ReadonlyMap<number, { address: number; size: number }>>();

  constructor(geometry: Hdf5Geometry) {
    this.#geometry = geometry;
  }

  /** The first `length` bytes of an object. */
  object(collection: number, index: number, length: number): Uint8Array {
    const found = this.#list(collection).get(index);
    const cursor = Cursor.at(this.#geometry, found?.address ?? collection, found?.size ?? 0);
    if (found === undefined) throw cursor.malformed(`no object ${index} in this heap`);
    return cursor.take(length);
  }

  #list(collection: number): ReadonlyMap<number, { address: number; size: number }> {
    const known = this.#collections.get(collection);
    if (known !== undefined) return known;
    const geometry = this.#geometry;
    const headBytes = 8 + geometry.lengthBytes;
    const head = Cursor.at(geometry, collection, headBytes);
    head.expect('GCOL');
    head.skip(4);
    const end = head.length();
    const objects = new Map<number, { address: number; size: number }>();
    for (let at = headBytes; at + headBytes <= end; ) {
      const entry = Cursor.at(geometry, collection + at, headBytes);
      const index = entry.uint(2);
      entry.skip(6);
      const size = entry.length();
      if (index === 0) break; // the free space, always last
      objects.set(index, { address: collection + at + headBytes, size });
      at += headBytes + Math.ceil(size / 8) * 8;
    }
    this.#collections.set(collection, objects);
    return objects;
  }
}
