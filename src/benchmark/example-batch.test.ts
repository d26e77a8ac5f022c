import { expect, test } from 'vitest';
import type { PortRecord } from '../bundle/manifest.ts';
import type { DType } from '../core/dtypes.ts';
import { float32Elements, type Tensor } from '../engines/tensor.ts';
import { exampleBatch } from './example-batch.ts';

const port = (dtype: DType, shape: readonly (number | string)[], layout: PortRecord['layout'] = null): PortRecord => ({
  name: 'x',
  dtype,
  shape,
  layout,
});

test('an image of any size is 224; floats are spread over 0 to 1, bytes over their range, other integers are 0 and 1', () => {
  const [image, pixels, ids] = exampleBatch([port('float32', ['N', 'H', 'W', 3], 'NHWC'), port('uint8', ['N', 64]), port('int64', ['N', 5])], 4);
  expect(image?.shape).toEqual([4, 224, 224, 3]);
  const values = float32Elements(image as Tensor);
  expect([Math.min(...values.subarray(0, 9999)) < 0.01, Math.max(...values.subarray(0, 9999)) > 0.99]).toEqual([true, true]);
  expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
  expect(new Set(pixels?.data).size).toBeGreaterThan(100);
  expect([...new BigInt64Array((ids as Tensor).data.slice().buffer)].slice(0, 4)).toEqual([0n, 1n, 0n, 1n]);
  expect(exampleBatch([port('float32', ['N', 3, 'H', 7], 'NCHW')], 1)[0]?.shape).toEqual([1, 3, 224, 7]);
});

test('a size that can be anything, another batch than the model takes, more than memory: refused', () => {
  expect(() => exampleBatch([port('float32', ['N', 'T'])], 2)).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringMatching(/T can be/) }),
  );
  expect(() => exampleBatch([port('float32', [8, 4])], 2)).toThrow(/batches of 8, not of 2/);
  expect(exampleBatch([port('float32', [8, 4])], 8)).toHaveLength(1);
  expect(() => exampleBatch([port('float32', ['N', 1e6])], 1e6)).toThrow(expect.objectContaining({ code: 'limit-exceeded' }));
});
