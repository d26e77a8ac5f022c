import { describe, expect, test } from 'vitest';
import type { Graph } from '../../graph/graph.ts';
import { optimiseForInference } from '../../graph/passes/inference-passes.ts';
import { optimiseForTraining } from '../../graph/passes/train-passes.ts';
import { interpretGraph } from '../../graph/testing/interpret.ts';
import { emitCase } from './testing/emit-case.ts';
import { BATCH, FREE_SIZE, GROUPS, inputNumbers, outputNumbers, type RecordedCase, readCases } from './testing/recorded-case.ts';

/** Share of the largest output: TensorFlow computed in float32, the interpreter in doubles. */
const TOLERANCE = 2e-6;

for (const group of GROUPS) {
  describe(group, () => {
    for (const recorded of readCases(group)) {
      test(recorded.name, () => {
        const { graph } = emitCase(recorded);
        expectRecordedOutputs(recorded, graph);
        expectRecordedOutputs(recorded, optimiseForInference(optimiseForTraining(graph)));
      });
    }
  });
}

function expectRecordedOutputs(recorded: RecordedCase, graph: Graph): void {
  const inputs = Object.fromEntries(recorded.inputs.map((input, index) => [`x${index}`, inputNumbers(input, index)]));
  const values = interpretGraph(graph, inputs);
  expect(graph.outputs).toHaveLength(recorded.outputs.length);
  for (const [index, { value }] of graph.outputs.entries()) {
    const expected = recorded.outputs[index] as RecordedCase['outputs'][number];
    const computed = values.get(value);
    const inferred = graph.values.get(value);
    expect(computed?.shape).toEqual(expected.shape);
    expect(inferred?.dtype).toBe(expected.dtype);
    // Free sizes have names; those of rank and all fixed sizes must be inferred right.
    expect(inferred?.shape).toHaveLength(expected.shape.length);
    inferred?.shape.forEach((dim, axis) => {
      if (typeof dim === 'number') expect(dim).toBe(expected.shape[axis]);
      else if (dim === 'N') expect(expected.shape[axis]).toBe(BATCH);
      else if (/^free\d$/.test(dim)) expect(expected.shape[axis]).toBe(FREE_SIZE);
    });
    const numbers = outputNumbers(expected);
    const largest = Math.max(1e-3, ...numbers.map(Math.abs));
    const difference = Math.max(0, ...numbers.map((number, place) => Math.abs(number - (computed?.data[place] ?? Number.NaN))));
    expect(difference / largest).toBeLessThan(TOLERANCE);
  }
}
