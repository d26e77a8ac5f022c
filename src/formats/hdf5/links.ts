import { Cursor, type Hdf5Geometry } from './cursor.ts';
import { MESSAGE, type ObjectHeader } from './object-header.ts';

export type Link =
  | { readonly kind: 'hard'; readonly address: number }
  | { readonly kind: 'soft'; readonly target: string }
  | { readonly kind: 'external' }
  /** User-defined: only a program that registered the type can follow it. */
  | { readonly kind: 'unknown' };

/** The deepest B-tree HDF5 could make of 2^53 entries stays far below. */
const MAX_TREE_DEPTH = 32;

const utf8 = new TextDecoder();

/**
 * All links of a group whose header holds them: a symbol table (Keras' files), or link messages.
 * undefined: they lie in a fractal heap, which this reader leaves to the HDF5 library.
 */
export function readLinks(header: ObjectHeader): ReadonlyMap<string, Link> | undefined {
  const links = new Map<string, Link>();
  const linkInfo = header.find(MESSAGE.linkInfo);
  if (linkInfo !== undefined) {
    const body = header.body(linkInfo);
    body.skip(1);
    const flags = body.uint(1);
    if ((flags & 1) !== 0) body.skip(8);
    if (body.address() !== undefined) return undefined;
  }
  for (const message of header.messages) {
    if (message.type !== MESSAGE.link) continue;
    const [name, link] = readLinkMessage(header.body(message));
    links.set(name, link);
  }
  const table = header.find(MESSAGE.symbolTable);
  if (table !== undefined) {
    const body = header.body(table);
    const tree = body.definedAddress();
    const heap = readLocalHeap(header.geometry, body.definedAddress());
    readTree(header.geometry, tree, heap, links, MAX_TREE_DEPTH, new Set());
  }
  return links;
}

/** Whether an object is a group: only groups have links. */
export function isGroup(header: ObjectHeader): boolean {
  return header.messages.some(({ type }) => type === MESSAGE.symbolTable || type === MESSAGE.linkInfo || type === MESSAGE.link);
}

function readLinkMessage(cursor: Cursor): [string, Link] {
  const version = cursor.uint(1);
  if (version !== 1) throw cursor.malformed(`link version ${version}, expected 1`);
  const flags = cursor.uint(1);
  const type = (flags & 0x08) !== 0 ? cursor.uint(1) : 0;
  if ((flags & 0x04) !== 0) cursor.skip(8);
  if ((flags & 0x10) !== 0) cursor.skip(1);
  const name = utf8.decode(cursor.take(cursor.uint(1 << (flags & 3))));
  switch (type) {
    case 0:
      return [name, { kind: 'hard', address: cursor.definedAddress() }];
    case 1:
      return [name, { kind: 'soft', target: utf8.decode(cursor.take(cursor.uint(2))) }];
    case 64:
      return [name, { kind: 'external' }];
    default:
      return [name, { kind: 'unknown' }];
  }
}

interface LocalHeap {
  text(offset: number): string;
}

function readLocalHeap(geometry: Hdf5Geometry, address: number): LocalHeap {
  const head = Cursor.at(geometry, address, 8 + 2 * geometry.lengthBytes + geometry.addressBytes);
  head.expect('HEAP');
  head.skip(4);
  const size = head.length();
  head.length();
  const segment = Cursor.at(geometry, head.definedAddress(), size);
  const bytes = segment.take(size);
  return {
    text(offset) {
      if (offset >= size) throw segment.malformed(`a name at ${offset} of a heap of ${size} bytes`);
      const end = bytes.indexOf(0, offset);
      const name = bytes.subarray(offset, end < 0 ? size : end);
      geometry.file.spend(name.length, geometry.base + address);
      return utf8.decode(name);
    },
  };
}

function readTree(geometry: Hdf5Geometry, address: number, heap: LocalHeap, links: Map<string, Link>, depth: number, seen: Set<number>): void {
  const head = Cursor.at(geometry, address, 8);
  if (depth === 0 || seen.has(address)) throw head.malformed("a group's tree runs in a circle");
  seen.add(address);
  head.expect('TREE');
  if (head.uint(1) !== 0) throw head.malformed("a group's tree of another type");
  const level = head.uint(1);
  const entries = head.uint(2);
  const stride = geometry.lengthBytes + geometry.addressBytes;
  const body = Cursor.at(geometry, address + 8 + 2 * geometry.addressBytes, entries * stride + geometry.lengthBytes);
  for (let i = 0; i < entries; i++) {
    body.skip(geometry.lengthBytes);
    const child = body.definedAddress();
    if (level > 0) readTree(geometry, child, heap, links, depth - 1, seen);
    else readSymbols(geometry, child, heap, links);
  }
}

function readSymbols(geometry: Hdf5Geometry, address: number, heap: LocalHeap, links: Map<string, Link>): void {
  const head = Cursor.at(geometry, address, 8);
  head.expect('SNOD');
  head.skip(2);
  const count = head.uint(2);
  const body = Cursor.at(geometry, address + 8, count * (2 * geometry.addressBytes + 24));
  for (let i = 0; i < count; i++) {
    const name = heap.text(body.uint(geometry.addressBytes));
    const target = body.address();
    const cacheType = body.uint(4);
    body.skip(4);
    const scratch = body.sub(16);
    if (cacheType === 2) links.set(name, { kind: 'soft', target: heap.text(scratch.uint(4)) });
    else if (target === undefined) links.set(name, { kind: 'unknown' });
    else links.set(name, { kind: 'hard', address: target });
  }
}
