import type { ConfigReader } from '../config-reader.ts';

/** Beyond it a size isn't one: TensorFlow's own dimensions are int32 in these options. */
const MAX_SIZE = 2 ** 31 - 1;

export type DataFormat = 'channels_last' | 'channels_first';

export function readDataFormat(reader: ConfigReader): DataFormat {
  return reader.oneOf('data_format', ['channels_last', 'channels_first'], 'channels_last');
}

/** `count` integers of at least 1 (kernel sizes, strides, filters). */
export function positiveIntegers(reader: ConfigReader, key: string, count: number, fallback?: readonly number[]): readonly number[] {
  const values = reader.integers(key, count, fallback);
  if (values.some((value) => value < 1 || value > MAX_SIZE)) throw reader.malformed(`${key} is ${JSON.stringify(values)}, expected at least 1`);
  return values;
}

export function positiveInteger(reader: ConfigReader, key: string, fallback?: number): number {
  return positiveIntegers(reader, key, 1, fallback === undefined ? undefined : [fallback])[0] as number;
}

/** An axis, or a list of them, as Keras writes both: `3`, `[3]`, `[1, 2]`. */
export function readAxes(reader: ConfigReader, key: string, fallback: readonly number[]): readonly number[] {
  const value = reader.raw(key);
  if (value === undefined || value === null) return fallback;
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((axis) => Number.isInteger(axis))) throw reader.malformed(`${key} is ${JSON.stringify(value)?.slice(0, 80)}, expected axes`);
  return list as number[];
}

/**
 * `axes` pairs of a begin and an end, from Keras' three spellings: `1`, `[1, 2]` (an amount for each axis) and `[[1, 1], [2, 2]]`.
 * With one axis a pair is `[begin, end]`. None is negative.
 */
export function readPairs(reader: ConfigReader, key: string, axes: number): readonly (readonly [number, number])[] {
  const value = reader.raw(key);
  const isAmount = (item: unknown): item is number => Number.isInteger(item) && (item as number) >= 0 && (item as number) <= MAX_SIZE;
  const pair = (item: unknown): readonly [number, number] => {
    if (isAmount(item)) return [item, item];
    if (Array.isArray(item) && item.length === 2 && isAmount(item[0]) && isAmount(item[1])) return [item[0], item[1]];
    throw reader.malformed(`${key} is ${JSON.stringify(value)?.slice(0, 80)}, expected amounts of at least 0`);
  };
  if (isAmount(value)) return Array.from({ length: axes }, () => [value, value] as const);
  if (axes === 1) return [pair(value)];
  if (Array.isArray(value) && value.length === axes) return value.map(pair);
  throw reader.malformed(`${key} is ${JSON.stringify(value)?.slice(0, 80)}, expected amounts for ${axes} axes`);
}
