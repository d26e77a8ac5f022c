import { elementCount } from '../../core/dtypes.ts';
import type { Cursor } from './cursor.ts';
import { readDataspace } from './dataspace.ts';
import { type Datatype, readDatatype } from './datatype.ts';
import type { GlobalHeap } from './global-heap.ts';
import { MESSAGE, type ObjectHeader } from './object-header.ts';
import { resolveShared } from './shared-message.ts';

/** An attribute's value as far as Keras uses them: strings (a scalar has one), or a shape of something else. */
export interface AttributeValue {
  readonly shape: readonly number[];
  /** undefined where the elements are not strings. */
  readonly strings: readonly string[] | undefined;
}

/** undefined: the attributes lie in a fractal heap, which this reader leaves to the HDF5 library. */
export function readAttributes(header: ObjectHeader, heap: GlobalHeap): ReadonlyMap<string, () => AttributeValue> | undefined {
  const info = header.find(MESSAGE.attributeInfo);
  if (info !== undefined) {
    const body = header.body(info);
    body.skip(1);
    if ((body.uint(1) & 1) !== 0) body.skip(2);
    if (body.address() !== undefined) return undefined;
  }
  const attributes = new Map<string, () => AttributeValue>();
  for (const message of header.messages) {
    if (message.type !== MESSAGE.attribute) continue;
    const cursor = header.body(message);
    if (message.shared) throw cursor.malformed('an attribute in the heap of shared messages, which is not supported');
    const { name, read } = readAttribute(cursor, heap);
    attributes.set(name, read);
  }
  return attributes;
}

/** HDF5 file format 3.0, IV.A.2.m. The value is read only when asked for. */
function readAttribute(cursor: Cursor, heap: GlobalHeap): { name: string; read: () => AttributeValue } {
  const version = cursor.uint(1);
  if (version < 1 || version > 3) throw cursor.malformed(`attribute version ${version}, expected 1 to 3`);
  const flags = cursor.uint(1);
  const [nameBytes, typeBytes, spaceBytes] = [cursor.uint(2), cursor.uint(2), cursor.uint(2)] as const;
  if (version === 3) cursor.skip(1);
  // Version 1 pads the three parts to multiples of 8.
  const part = (size: number) => {
    const sub = cursor.sub(size);
    if (version === 1) cursor.skip((8 - (size % 8)) % 8);
    return sub;
  };
  const name = decodeUntilNul(part(nameBytes).take(nameBytes));
  const typeCursor = part(typeBytes);
  const spaceCursor = part(spaceBytes);
  const value = cursor.sub(cursor.remaining);
  const read = () => {
    const { geometry } = cursor;
    const type = readDatatype(resolveShared(geometry, typeCursor, version > 1 && (flags & 1) !== 0, MESSAGE.datatype));
    const shape = readDataspace(resolveShared(geometry, spaceCursor, version > 1 && (flags & 2) !== 0, MESSAGE.dataspace)) ?? [0];
    return { shape, strings: readStrings(value, type, elementCount(shape), heap) };
  };
  return { name, read };
}

function readStrings(cursor: Cursor, type: Datatype, count: number, heap: GlobalHeap): readonly string[] | undefined {
  if (type.kind !== 'fixed-string' && type.kind !== 'variable-string') return undefined;
  if (count * type.size > cursor.remaining)
    throw cursor.malformed(`${count} strings of ${type.size} bytes, but the attribute has ${cursor.remaining}`);
  if (type.kind === 'fixed-string') {
    return Array.from({ length: count }, () => {
      const text = decodeUntilNul(cursor.take(type.size));
      return type.spacePadded ? text.replace(/ +$/, '') : text;
    });
  }
  return Array.from({ length: count }, () => {
    const length = cursor.uint(4);
    const collection = cursor.address();
    const index = cursor.uint(4);
    if (collection === undefined || collection === 0 || length === 0) return '';
    return decodeUntilNul(heap.object(collection, index, length));
  });
}

const utf8 = new TextDecoder();

/** Bytes up to the first NUL, as UTF-8: h5py declares ASCII also where Keras wrote UTF-8. */
export function decodeUntilNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return utf8.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
