import { DTYPE_BYTES, type DType, elementCount } from '../../core/dtypes.ts';
import { TorchliftError } from '../../core/errors.ts';
import type { Quantization } from './dequantize.ts';

/** One group of a `weightsManifest`: its weights lie one after the other in its files, taken together. */
export interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly ManifestWeight[];
}

export interface ManifestWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly quantization: Quantization | undefined;
  /** TensorFlow.js saves an optimizer's state among the weights, marked as such. */
  readonly isOptimizer: boolean;
  /** Bytes in the files, quantised where it is. */
  readonly storedBytes: number;
}

/** What tfjs' converter and its own `save` write, but for `string` and `complex64`, which hold no weight. */
const DTYPES: readonly DType[] = ['float32', 'float16', 'int32', 'uint16', 'uint8', 'bool'];
const QUANTIZED: readonly DType[] = ['uint8', 'uint16', 'float16'];
const MAX_RANK = 32;

type Json = Readonly<Record<string, unknown>>;

/** Checks a `weightsManifest` as it comes from JSON. `place`: for messages. Errors: `malformed-config`, `unsupported`. */
export function parseWeightsManifest(json: unknown, place: string): readonly ManifestGroup[] {
  return list(json, 'weightsManifest', place).map((entry, i) => {
    const where = `${place}: weightsManifest[${i}]`;
    const group = record(entry, 'a group', where);
    const paths = list(group.paths, 'paths', where).map((path) => string(path, 'a path', where));
    return { paths, weights: list(group.weights, 'weights', where).map((weight, k) => parseWeight(weight, `${where}.weights[${k}]`)) };
  });
}

function parseWeight(json: unknown, numbered: string): ManifestWeight {
  const entry = record(json, 'a weight', numbered);
  const name = string(entry.name, 'name', numbered);
  const place = `${numbered} (${name.slice(0, 200)})`;
  const shape = list(entry.shape, 'shape', place);
  if (shape.length > MAX_RANK || !shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)) {
    throw malformed(`shape is ${JSON.stringify(shape).slice(0, 80)}, expected up to ${MAX_RANK} sizes`, place);
  }
  const dtype = known(string(entry.dtype, 'dtype', place), DTYPES, 'dtype', place);
  const quantization = entry.quantization == null ? undefined : parseQuantization(record(entry.quantization, 'quantization', place), dtype, place);
  const count = elementCount(shape as number[]);
  return {
    name,
    shape: shape as number[],
    dtype,
    quantization,
    isOptimizer: entry.group === 'optimizer',
    storedBytes: count * DTYPE_BYTES[quantization?.dtype ?? dtype],
  };
}

function parseQuantization(entry: Json, dtype: DType, place: string): Quantization {
  const stored = known(string(entry.dtype, 'quantization.dtype', place), QUANTIZED, 'quantization.dtype', place);
  if (stored === 'float16') {
    if (dtype !== 'float32') throw unsupported(`${dtype} quantised to float16`, place);
    return { dtype: stored };
  }
  if (dtype !== 'float32' && dtype !== 'int32') throw unsupported(`${dtype} quantised to ${stored}`, place);
  return { dtype: stored as 'uint8' | 'uint16', scale: number(entry.scale, 'scale', place), min: number(entry.min, 'min', place) };
}

function known(value: string, options: readonly DType[], key: string, place: string): DType {
  const found = options.find((option) => option === value);
  if (found === undefined) throw unsupported(`${key} ${JSON.stringify(value.slice(0, 80))} (known: ${options.join(', ')})`, place);
  return found;
}

function record(value: unknown, key: string, place: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(`${key} is no object`, place);
  return value as Json;
}

function list(value: unknown, key: string, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(`${key} is no list`, place);
  return value;
}

function string(value: unknown, key: string, place: string): string {
  if (typeof value !== 'string') throw malformed(`${key} is no string`, place);
  return value;
}

function number(value: unknown, key: string, place: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw malformed(`quantization.${key} is no finite number`, place);
  return value;
}

function malformed(what: string, where: string): TorchliftError {
  return new TorchliftError('malformed-config', { what, where, remedy: 'The file was edited or damaged; convert or download the model again.' });
}

function unsupported(what: string, where: string): TorchliftError {
  return new TorchliftError('unsupported', {
    what: `${what} is not supported`,
    where,
    remedy: 'Convert the original .h5 instead, or export the model with float32 weights.',
  });
}
