import { expect, test } from 'vitest';
import type { CallRecord } from '../../bundle/manifest.ts';
import { judgeLayers } from './judge-layers.ts';
import { matchCalls } from './match-calls.ts';
import { TensorDifference } from './tensor-difference.ts';

function call(layer: string, served: CallRecord['served'], index = 0): CallRecord {
  return { layer, index, className: 'Layer', mode: 'follows', tap: { value: layer, toSource: [0] }, served };
}
const tapped = (tap: number) => ({ tap, toSource: [0] });

function measure(expected: number, found: number, dtypes: readonly string[] = ['float32', 'float32']) {
  const difference = new TensorDifference();
  const tensor = (value: number) => ({ dtype: 'float32', shape: [1], data: new Uint8Array(Float32Array.of(value).buffer) }) as const;
  difference.add(tensor(expected), tensor(found));
  return { difference, dtypes };
}

test('calls stand in their order; what is absorbed names the call that has the value, constants and unmatched calls are left out', () => {
  const calls = [
    call('pad', { absorbedBy: 1 }),
    call('conv', { absorbedBy: 2 }),
    call('bn', tapped(0)),
    call('shape', null),
    call('relu', tapped(1)),
    call('elsewhere', tapped(2)),
  ];
  const { layers, firstDivergence, firstDivergenceAt } = judgeLayers(
    calls,
    new Map([
      [2, measure(2, 2)],
      [4, measure(2, 3)],
    ]),
  );
  expect(layers).toMatchObject([
    { name: 'pad', absorbedBy: 'bn' },
    { name: 'conv', absorbedBy: 'bn' },
    { name: 'bn', maxAbsoluteDifference: 0, maxRelativeDifference: 0, cosine: 1 },
    { name: 'relu', maxAbsoluteDifference: 1, maxRelativeDifference: 0.5, relativeDistance: 0.5 },
  ]);
  expect([firstDivergence, firstDivergenceAt]).toEqual(['relu', 3]);
});

test('what is left of values that cancel is measured by those', () => {
  const calls = [call('logits', tapped(0)), call('rest', tapped(1))];
  const rest = (found: number) =>
    judgeLayers(
      calls,
      new Map([
        [0, measure(100, 100)],
        [1, measure(0, found)],
      ]),
    );
  expect(rest(1e-9)).toMatchObject({ firstDivergence: null, layers: [{}, { maxRelativeDifference: expect.closeTo(1e-5, 10) }] });
  expect(rest(1e-7).firstDivergence).toBe('rest');
});

test('what is computed from coarse values is coarse', () => {
  const calls = [call('half', tapped(0)), call('after', tapped(1))];
  const judge = (dtype: string) =>
    judgeLayers(
      calls,
      new Map([
        [0, measure(1, 1.001, [dtype, 'float32'])],
        [1, measure(1, 1.002)],
      ]),
    ).firstDivergence;
  expect([judge('float32'), judge('float16'), judge('bfloat16')]).toEqual(['half', null, null]);
});

test('a call is the reference’s by any place of its layer, and by its number', () => {
  const calls = [call('one/conv', tapped(0)), call('one/conv', tapped(1), 1), call('dense', tapped(2)), call('other/conv', tapped(3))];
  const recorded = [
    { paths: ['dense'], index: 0, dtype: 'float32' },
    { paths: ['other/conv', 'one/conv'], index: 0, dtype: 'float32' },
    { paths: ['other/conv', 'one/conv'], index: 1, dtype: 'float32' },
  ];
  expect(matchCalls(calls, recorded)).toEqual([1, 2, 0, 1]);
  expect(matchCalls(calls, recorded.slice(0, 2))).toEqual([1, -1, 0, 1]);
});
