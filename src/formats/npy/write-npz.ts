import type { DType } from '../../core/dtypes.ts';
import { invariant } from '../../core/errors.ts';
import type { ByteSink } from '../files/byte-sink.ts';
import { ZipWriter } from '../zip/zip-writer.ts';
import { encodeNpyHeader } from './npy.ts';

/** Numbers in C order, little endian, or a list of strings. */
export type NpzEntry =
  | { readonly name: string; readonly dtype: DType; readonly shape: readonly number[]; readonly data: Uint8Array }
  | { readonly name: string; readonly strings: readonly string[] };

const DESCRIPTORS: Partial<Record<DType, string>> = { float32: '<f4', float64: '<f8', int64: '<i8', int32: '<i4', uint8: '|u1' };

/** Writes a `.npz` as `numpy.savez` does: a zip of stored `.npy` arrays. */
export function writeNpz(sink: ByteSink, entries: readonly NpzEntry[]): void {
  const zip = new ZipWriter(sink);
  for (const entry of entries) zip.add(`${entry.name}.npy`, Buffer.concat('strings' in entry ? stringArray(entry.strings) : numberArray(entry)));
  zip.finish();
}

function numberArray({ dtype, shape, data }: Extract<NpzEntry, { dtype: DType }>): readonly Uint8Array[] {
  const descriptor = DESCRIPTORS[dtype];
  invariant(descriptor !== undefined, `${dtype} isn't written`);
  return [encodeNpyHeader(descriptor, shape), data];
}

/** NumPy's `<U`: UTF-32 code points, each string filled up to the longest with zeros. */
function stringArray(strings: readonly string[]): readonly Uint8Array[] {
  const points = strings.map((text) => Array.from(text, (character) => character.codePointAt(0) as number));
  const length = Math.max(1, ...points.map((each) => each.length));
  const data = new Uint32Array(strings.length * length);
  points.forEach((each, index) => {
    data.set(each, index * length);
  });
  return [encodeNpyHeader(`<U${length}`, [strings.length]), new Uint8Array(data.buffer)];
}
