import { readFileSync } from 'node:fs';
import type { DType } from '../../../../core/dtypes.ts';

/** What TensorFlow computed for one layer (test/record/keras_layers.py): config, call, outputs. Inputs and weights are drawn again. */
export interface RecordedCase {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Shapes without the batch; null: a size that the model leaves free. */
  readonly inputs: readonly { readonly shape: readonly (number | null)[]; readonly dtype: DType }[];
  /** In Keras' order, with Keras' names. */
  readonly weights: readonly { readonly shape: readonly number[]; readonly name: string }[];
  readonly outputs: readonly { readonly shape: readonly number[]; readonly dtype: DType; readonly data: string }[];
  /** The call's other arguments, tensors as `{ input: index }`. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** The first argument, where it isn't the only input. */
  readonly first?: unknown;
}

export const GROUPS = ['activations', 'convolutions', 'functions', 'merges', 'normalizations', 'poolings', 'raw-ops', 'resizes', 'shapes'] as const;

/** As recorded: every batch has two rows, every free size is five. */
export const BATCH = 2;
export const FREE_SIZE = 5;

export function readCases(group: (typeof GROUPS)[number]): readonly RecordedCase[] {
  return JSON.parse(readFileSync(new URL(`${group}.json`, import.meta.url), 'utf8'));
}

/** Multiples of 1/128 in [−2, 2), the same as the recording script's `draw`. */
function drawNumbers(seed: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, position) => {
    const index = position + 1;
    return ((index * index * 31 + index * 17 * (seed + 1) + seed * 101) % 509) / 128 - 2;
  });
}

/** Of input `position`; integers are spread over 0 … 251. */
export function inputNumbers(
  { shape, dtype }: RecordedCase['inputs'][number],
  position: number,
): { shape: readonly number[]; data: readonly number[] } {
  const sizes = [BATCH, ...shape.map((size) => size ?? FREE_SIZE)];
  const numbers = drawNumbers(
    position,
    sizes.reduce((product, size) => product * size, 1),
  );
  return { shape: sizes, data: dtype === 'float32' ? numbers : numbers.map((number) => Math.trunc((number + 2) * 63)) };
}

export function weightNumbers({ shape, name }: RecordedCase['weights'][number], position: number): readonly number[] {
  const count = shape.reduce((product, size) => product * size, 1);
  if (name === 'count') return Array<number>(count).fill(7);
  return drawNumbers(1000 + position, count).map((number) => (name.includes('variance') ? number + 2.25 : number * 0.25));
}

export function outputNumbers({ data }: RecordedCase['outputs'][number]): readonly number[] {
  const bytes = Buffer.from(data, 'base64');
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}
