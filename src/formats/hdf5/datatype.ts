import type { DType } from '../../core/dtypes.ts';
import type { Cursor } from './cursor.ts';

/** An element type of a dataset or attribute, as far as models use them. */
export type Datatype =
  | { readonly kind: 'number'; readonly dtype: DType; readonly bigEndian: boolean; readonly size: number }
  | { readonly kind: 'fixed-string'; readonly size: number; readonly spacePadded: boolean }
  | { readonly kind: 'variable-string'; readonly size: number }
  /** Anything else; `name` for messages. */
  | { readonly kind: 'other'; readonly size: number; readonly name: string };

const CLASS_NAMES = ['integer', 'float', 'time', 'string', 'bitfield', 'opaque', 'compound', 'reference', 'enum', 'sequence', 'array', 'complex'];

/** Reads a datatype message (HDF5 file format 3.0, IV.A.2.d). */
export function readDatatype(cursor: Cursor): Datatype {
  const classAndVersion = cursor.uint(1);
  const version = classAndVersion >> 4;
  const bits = cursor.uint(3);
  const size = cursor.uint(4);
  if (version < 1 || version > 5) throw cursor.malformed(`datatype version ${version}`);
  if (size === 0) throw cursor.malformed('a datatype of 0 bytes');
  switch (classAndVersion & 0x0f) {
    case 0:
      return readInteger(cursor, bits, size);
    case 1:
      return readFloat(cursor, bits, size);
    case 3:
      return { kind: 'fixed-string', size, spacePadded: (bits & 0x0f) === 2 };
    case 8:
      return readEnum(cursor, bits & 0xffff, version, size);
    case 9:
      return (bits & 0x0f) === 1 ? { kind: 'variable-string', size } : { kind: 'other', size, name: 'sequence' };
    default:
      return { kind: 'other', size, name: CLASS_NAMES[classAndVersion & 0x0f] ?? 'unknown' };
  }
}

function readInteger(cursor: Cursor, bits: number, size: number): Datatype {
  const bitOffset = cursor.uint(2);
  const precision = cursor.uint(2);
  const dtype = ({ 1: 'int8', 2: 'int16', 4: 'int32', 8: 'int64' } as const)[size];
  if (dtype === undefined || bitOffset !== 0 || precision !== size * 8) return { kind: 'other', size, name: `integer of ${precision} bits` };
  const signed = (bits & 0x08) !== 0;
  return { kind: 'number', dtype: signed ? dtype : `u${dtype}`, bigEndian: (bits & 1) !== 0, size };
}

/** IEEE 754 formats and bfloat16, each known by the place and width of all its fields. */
const FLOATS: readonly { dtype: DType; size: number; fields: readonly number[]; sign: number }[] = [
  // fields: bit offset, precision, exponent at, exponent bits, mantissa at, mantissa bits, exponent bias
  { dtype: 'float64', size: 8, fields: [0, 64, 52, 11, 0, 52, 1023], sign: 63 },
  { dtype: 'float32', size: 4, fields: [0, 32, 23, 8, 0, 23, 127], sign: 31 },
  { dtype: 'float16', size: 2, fields: [0, 16, 10, 5, 0, 10, 15], sign: 15 },
  { dtype: 'bfloat16', size: 2, fields: [0, 16, 7, 8, 0, 7, 127], sign: 15 },
];

function readFloat(cursor: Cursor, bits: number, size: number): Datatype {
  const fields = [2, 2, 1, 1, 1, 1, 4].map((width) => cursor.uint(width));
  const vaxOrder = (bits & 0x40) !== 0;
  const sign = (bits >> 8) & 0xff;
  const found = FLOATS.find((format) => format.size === size && format.sign === sign && format.fields.every((field, i) => field === fields[i]));
  if (found === undefined || vaxOrder) return { kind: 'other', size, name: `float of ${fields[1]} bits in an unknown format` };
  return { kind: 'number', dtype: found.dtype, bigEndian: (bits & 1) !== 0, size };
}

/** h5py writes booleans as an enum FALSE = 0, TRUE = 1 over int8. */
function readEnum(cursor: Cursor, members: number, version: number, size: number): Datatype {
  const other: Datatype = { kind: 'other', size, name: 'enum' };
  const base = readDatatype(cursor);
  if (base.kind !== 'number' || base.dtype !== 'int8' || members !== 2) return other;
  const names = [readMemberName(cursor, version), readMemberName(cursor, version)];
  const values = [cursor.uint(1), cursor.uint(1)];
  const isBool = names[0] === 'FALSE' && names[1] === 'TRUE' && values[0] === 0 && values[1] === 1;
  return isBool ? { kind: 'number', dtype: 'bool', bigEndian: false, size } : other;
}

/** NUL-terminated; before version 3 padded with NULs to a multiple of 8. */
function readMemberName(cursor: Cursor, version: number): string {
  let name = '';
  let length = 0;
  for (;;) {
    const byte = cursor.uint(1);
    length++;
    if (byte === 0) break;
    name += String.fromCharCode(byte);
  }
  if (version < 3) cursor.skip((8 - (length % 8)) % 8);
  return name;
}
