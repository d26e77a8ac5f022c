import { DTYPE_BYTES, type DType, elementCount } from '../../core/dtypes.ts';
import { TorchliftError } from '../../core/errors.ts';

const MAGIC = '\u0093NUMPY';
/** NumPy's type strings; `|` where a byte has no order. Objects (`|O`) are pickles and are never read. */
const DTYPES: Readonly<Record<string, DType>> = {
  '<f4': 'float32',
  '<f8': 'float64',
  '<f2': 'float16',
  '<i8': 'int64',
  '<i4': 'int32',
  '<i2': 'int16',
  '|i1': 'int8',
  '|u1': 'uint8',
  '|b1': 'bool',
};

/** What the header of a `.npy` file says; the elements follow at `dataOffset`. */
export interface NpyHeader {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly dataOffset: number;
}

/** More than any header of plain arrays takes. */
export const MAX_NPY_HEADER_BYTES = 4096;

/**
 * Reads the header of a `.npy` file (NumPy's NEP 1, versions 1.0 to 3.0) of `sizeBytes` from its first bytes. Errors: `malformed-file`,
 * `unsupported` for arrays in Fortran order, of another byte order, or of Python objects, which would be a pickle.
 */
export function parseNpyHeader(head: Uint8Array, sizeBytes: number, place: string): NpyHeader {
  const view = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const malformed = (what: string) =>
    new TorchliftError('malformed-file', { what, where: place, remedy: 'Save it again: numpy.savez(path, x=array).' });
  if (view.length < 12 || view.toString('latin1', 0, 6) !== MAGIC) throw malformed('is no .npy array');
  const isLong = (view[6] as number) > 1;
  const start = isLong ? 12 : 10;
  const dataOffset = start + (isLong ? view.readUInt32LE(8) : view.readUInt16LE(8));
  if (dataOffset > view.length) throw malformed('ends inside its header, or has none of a plain array');
  const header = view.toString('latin1', start, dataOffset);
  const [, descr] = /'descr':\s*'([^']*)'/.exec(header) ?? [];
  const [, order] = /'fortran_order':\s*(True|False)/.exec(header) ?? [];
  const [, sizes] = /'shape':\s*\(([\d,\sL]*)\)/.exec(header) ?? [];
  if (order === undefined || sizes === undefined) throw malformed('has a header without order and shape');
  const dtype = descr !== undefined && Object.hasOwn(DTYPES, descr) ? DTYPES[descr] : undefined;
  if (dtype === undefined || order === 'True') {
    throw new TorchliftError('unsupported', {
      what: order === 'True' ? 'is an array in Fortran order' : `is an array of ${descr ?? 'records'}`,
      where: place,
      remedy: 'Save it as numpy.ascontiguousarray(array, dtype="float32").',
    });
  }
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number.parseInt(size, 10)]));
  const expected = elementCount(shape) * DTYPE_BYTES[dtype];
  const found = sizeBytes - dataOffset;
  if (found !== expected) throw malformed(`has ${found} bytes for [${shape.join(', ')}] of ${dtype}, expected ${expected}`);
  return { dtype, shape, dataOffset };
}

/** The header of a `.npy` file (version 1.0) for an array whose elements follow. Padded to 64 bytes, as NEP 1 wants it. */
export function encodeNpyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = Buffer.alloc(10 + length, ' ');
  header.write(MAGIC, 0, 'latin1');
  header.writeUInt8(1, 6);
  header.writeUInt8(0, 7);
  header.writeUInt16LE(length, 8);
  header.write(text, 10, 'latin1');
  header.write('\n', 10 + length - 1, 'latin1');
  return header;
}
