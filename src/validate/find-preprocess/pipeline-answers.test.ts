import { expect, test } from 'vitest';
import type { Tensor } from '../../engines/tensor.ts';
import type { Step } from '../../preprocess/steps.ts';
import { PipelineAnswers } from './pipeline-answers.ts';

const SIZE = [2, 2] as const;
const port = { name: 'image', dtype: 'float32', shape: ['N', 2, 2, 3], layout: 'NHWC' } as const;
/** A pipeline by a number: its row is filled with number × image; below zero it can't be prepared, above 90 it has another size. */
const pipeline = (divide: number): readonly Step[] => [{ step: 'scale', divide, offset: 0 }];
const numberOf = (steps: readonly Step[]) => (steps[0] as { divide: number }).divide;

function filled(value: number, side = 2): Tensor {
  const data = new Float32Array(side * side * 3).fill(value);
  return { dtype: 'float32', shape: [side, side, 3], data: new Uint8Array(data.buffer) };
}

function answers(images: readonly number[]) {
  const log = { prepared: [] as number[], runs: [] as number[] };
  const made = new PipelineAnswers({
    images: images.map((image) => Uint8Array.of(image)),
    port: port as never,
    size: SIZE,
    preprocessor: {
      variants: async ([image = 0], pipelines) => {
        log.prepared.push(pipelines.length);
        const values = (pipelines as readonly (readonly Step[])[]).map(numberOf);
        const keys = values.map((value) => (value < 0 ? undefined : `${value * image}${value > 90 ? ' large' : ''}`));
        const rows = values.flatMap((value, index) =>
          keys[index] === undefined ? [] : [[keys[index], filled(value * image, value > 90 ? 3 : 2)] as const],
        );
        return { keys, rows: new Map(rows as never) };
      },
    },
    candidate: {
      run: async ([rows]) => {
        const { shape, data } = rows as Tensor;
        const [count = 0] = shape;
        log.runs.push(count);
        const elements = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
        const first = Float32Array.from({ length: count }, (_, row) => elements[row * 12] as number);
        const twice = Float32Array.from({ length: count * 2 }, (_, index) => 10 * (first[index >> 1] as number) + (index % 2));
        const tensor = (values: Float32Array, width: number): Tensor => ({
          dtype: 'float32',
          shape: [count, width],
          data: new Uint8Array(values.buffer),
        });
        return { outputs: [tensor(first, 1), tensor(twice, 2)], milliseconds: 0, cpuMilliseconds: 0, peakBytes: 0 };
      },
    },
    candidateOptions: {},
  });
  return { made, log };
}

test('all outputs of every image behind every pipeline, in one row each; a row that came up before is not run again', async () => {
  const { made, log } = answers([1, 2]);
  expect(await made.of([pipeline(4), pipeline(2)], [0, 1])).toEqual([
    [Float32Array.of(4, 40, 41), Float32Array.of(8, 80, 81)],
    [Float32Array.of(2, 20, 21), Float32Array.of(4, 40, 41)],
  ]);
  // Twice the first image is once the second.
  expect(log.runs).toEqual([3]);
  expect(await made.of([pipeline(2), pipeline(8)], [1, 0])).toEqual([
    [Float32Array.of(4, 40, 41), Float32Array.of(2, 20, 21)],
    [Float32Array.of(16, 160, 161), Float32Array.of(8, 80, 81)],
  ]);
  expect({ ...log }).toEqual({ prepared: [2, 2, 1, 1], runs: [3, 1] });
  expect(made.keyOf(pipeline(2), 1)).toBe(made.keyOf(pipeline(4), 0));
});

test('what cannot be prepared, or not to the size, has no answer and is asked once', async () => {
  const { made, log } = answers([1]);
  expect(await made.of([pipeline(-1), pipeline(91), pipeline(3)], [0])).toEqual([[null], [null], [Float32Array.of(3, 30, 31)]]);
  await made.of([pipeline(-1), pipeline(91)], [0]);
  expect(log).toEqual({ prepared: [3], runs: [1] });
  expect(made.keyOf(pipeline(-1), 0)).toBeNull();
});

test('hundreds go through in batches; what is only prepared is run when it is asked', async () => {
  const { made, log } = answers([1]);
  const many = Array.from({ length: 80 }, (_, index) => pipeline(index + 1));
  await made.prepare(many, [0]);
  expect(log).toEqual({ prepared: [32, 32, 16], runs: [] });
  const all = await made.of(many, [0]);
  expect(all.map(([answer]) => answer?.[0])).toEqual(many.map(numberOf));
  expect(log.runs.every((rows) => rows <= 32)).toBe(true);
  expect(log.runs.reduce((sum, rows) => sum + rows, 0)).toBe(80);
});

test('an upright image is prepared without a step that would turn it', async () => {
  const { made, log } = answers([1, 2]);
  made.leaveUpright([1]);
  const turning: readonly Step[] = [...pipeline(3), { step: 'orient' }];
  await made.of([pipeline(3), turning], [0, 1]);
  expect(log.prepared).toEqual([2, 1]);
  expect(made.keyOf(turning, 1)).toBe(made.keyOf(pipeline(3), 1));
});

test('a model that fails while the next rows are prepared is an error of the call', async () => {
  const made = new PipelineAnswers({
    images: [Uint8Array.of(1)],
    port: port as never,
    size: SIZE,
    preprocessor: {
      variants: async (_, pipelines) => {
        const keys = (pipelines as readonly (readonly Step[])[]).map((steps) => JSON.stringify(steps));
        return { keys, rows: new Map(keys.map((key, index) => [key, filled(index)])) };
      },
    },
    candidate: { run: () => Promise.reject(new Error('gone')) },
    candidateOptions: {},
  });
  const many = Array.from({ length: 80 }, (_, index) => pipeline(index + 1));
  await expect(made.of(many, [0])).rejects.toThrow('gone');
});
