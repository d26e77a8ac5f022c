import { expect } from 'vitest';
import type { Graph } from '../graph.ts';
import { interpretGraph, type Tensor, tappedTensor } from './interpret.ts';

/** Inputs for a graph: a batch of two, free sizes 5, numbers between −2 and 2 from a fixed sequence. */
function sampleInputs(graph: Graph): Record<string, Tensor> {
  let seed = 7;
  const inputs: Record<string, Tensor> = {};
  for (const { name, value } of graph.inputs) {
    const shape = (graph.values.get(value)?.shape ?? []).map((dim) => (typeof dim === 'number' ? dim : dim === 'N' ? 2 : 5));
    const data = Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => {
      seed = (seed * 48271) % 2147483647;
      return (seed / 2147483647 - 0.5) * 4;
    });
    inputs[name] = { shape, data };
  }
  return inputs;
}

/** Asserts that two graphs give the same outputs, and the same at every tap that both have; returns how many taps were compared. */
export function expectAgreement(before: Graph, after: Graph, tolerance = 1e-9): number {
  const inputs = sampleInputs(before);
  const [old, now] = [interpretGraph(before, inputs), interpretGraph(after, inputs)];
  expect(after.outputs.map((port) => port.name)).toEqual(before.outputs.map((port) => port.name));
  before.outputs.forEach(({ name, value }, index) => {
    expectClose(now.get(after.outputs[index]?.value as never), old.get(value), `output ${name}`, tolerance);
  });
  let compared = 0;
  expect(after.calls.length).toBe(before.calls.length);
  for (const { id, layer } of before.calls) {
    const [expected, got] = [tappedTensor(before, old, id), tappedTensor(after, now, id)];
    if (expected === undefined || got === undefined) continue;
    expectClose(got, expected, `tap of ${layer.join('/')}`, tolerance);
    compared++;
  }
  return compared;
}

function expectClose(got: Tensor | undefined, expected: Tensor | undefined, what: string, tolerance: number): void {
  expect(got?.shape, what).toEqual(expected?.shape);
  const worst = (expected?.data ?? []).reduce((most, x, index) => {
    const y = got?.data[index] ?? Number.NaN;
    return Object.is(x, y) || x === y ? most : Math.max(most, Number.isNaN(x - y) ? Infinity : Math.abs(x - y) / Math.max(1, Math.abs(x)));
  }, 0);
  expect(worst, what).toBeLessThanOrEqual(tolerance);
}
