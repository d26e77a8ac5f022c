import { expect, test } from 'vitest';
import type { Tensor } from '../../engines/tensor.ts';
import { TensorDifference } from './tensor-difference.ts';

function floats(...values: readonly number[]): Tensor {
  return { dtype: 'float32', shape: [values.length], data: new Uint8Array(Float32Array.from(values).buffer) };
}
function difference(...pieces: readonly (readonly [Tensor, Tensor])[]) {
  const meter = new TensorDifference();
  for (const [reference, candidate] of pieces) meter.add(reference, candidate);
  return meter.result();
}

test('pieces count as one tensor', () => {
  const { maxAbsolute, rms, scale, referenceRms, cosine } = difference([floats(3, 0), floats(3, 1)], [floats(-4, 0), floats(-4, 0)]);
  expect([maxAbsolute, rms, scale, referenceRms]).toEqual([1, 0.5, 4, 2.5]);
  expect(cosine).toBeCloseTo(25 / (5 * Math.sqrt(26)), 12);
});

test('equal tensors are equal, empty and zero ones too', () => {
  expect(difference([floats(1, -1), floats(1, -1)])).toEqual({ maxAbsolute: 0, rms: 0, scale: 1, referenceRms: 1, cosine: 1 });
  expect(difference([floats(0, 0), floats(-0, 0)])).toEqual({ maxAbsolute: 0, rms: 0, scale: 0, referenceRms: 0, cosine: null });
  expect(difference([floats(), floats()])).toMatchObject({ maxAbsolute: 0, rms: 0, referenceRms: 0 });
});

test.each([
  ['a NaN', floats(1, 2), floats(1, Number.NaN)],
  ['an infinity', floats(1, Number.POSITIVE_INFINITY), floats(1, 3e38)],
  ['the other infinity', floats(Number.NEGATIVE_INFINITY), floats(Number.POSITIVE_INFINITY)],
  ['another shape', floats(1, 2), { ...floats(1, 2), shape: [2, 1] }],
])('%s on one side is an infinite difference', (_, reference, candidate) => {
  expect(difference([reference, candidate])).toMatchObject({ maxAbsolute: Number.POSITIVE_INFINITY, rms: Number.POSITIVE_INFINITY });
});

test('the same NaN or infinity on both is none', () => {
  const both = floats(Number.NaN, Number.NEGATIVE_INFINITY, 2);
  expect(difference([both, both])).toMatchObject({ maxAbsolute: 0, scale: 2, rms: 0, cosine: 1 });
});

test('every dtype that crosses from a worker is read, wherever its bytes lie', () => {
  const shifted = (bytes: ArrayBufferLike) => new Uint8Array([0, ...new Uint8Array(bytes)]).subarray(1);
  const tensors: readonly Tensor[] = [
    { dtype: 'int64', shape: [2], data: shifted(BigInt64Array.of(-5n, 7n).buffer) },
    { dtype: 'int32', shape: [2], data: shifted(Int32Array.of(-5, 7).buffer) },
    { dtype: 'float64', shape: [2], data: shifted(Float64Array.of(-5, 7).buffer) },
    { dtype: 'int8', shape: [2], data: shifted(Int8Array.of(-5, 7).buffer) },
  ];
  for (const tensor of tensors) expect(difference([floats(-5, 6), tensor])).toMatchObject({ maxAbsolute: 1, scale: 6 });
  const bools: Tensor = { dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) };
  expect(difference([floats(0, 1), bools])).toMatchObject({ maxAbsolute: 0, scale: 1 });
});
