import { describe, expect, it } from 'vitest';
import { expectAgreement } from '../testing/agreement.ts';
import { ModelBuilder } from '../testing/model-builder.ts';
import { verifyGraph } from '../verify.ts';
import { eliminateDeadNodes } from './eliminate-dead-nodes.ts';

describe('eliminateDeadNodes', () => {
  it('drops nodes and constants that nothing needs; weights and taps stay', () => {
    const m = new ModelBuilder();
    const x = m.input(['N', 2]);
    const unused = m.weight([2]);
    m.node('Mul', [m.node('Tanh', [x]), m.scalar(2)]);
    const tapped = m.relu(x);
    const graph = m.graph(m.node('Add', [x, m.scalar(1)]));
    const result = eliminateDeadNodes.run(graph);
    verifyGraph(result, eliminateDeadNodes.name);
    expect(result.nodes.map((node) => node.op)).toEqual(['Relu', 'Add']);
    expect([...result.weights.values()].map((weight) => weight.kind)).toEqual(['parameter', 'constant']);
    expect(graph.weights.get(unused)?.source).toBe([...result.weights.values()][0]?.source);
    expect(graph.calls[0]?.tap).toEqual({ value: tapped, toSource: [0, 1] });
    expect(expectAgreement(graph, result)).toBe(1);
  });

  it('gives back the same graph where all is needed', () => {
    const m = new ModelBuilder();
    const graph = m.graph(m.dense(m.input(['N', 2]), 3));
    expect(eliminateDeadNodes.run(graph)).toBe(graph);
  });
});
