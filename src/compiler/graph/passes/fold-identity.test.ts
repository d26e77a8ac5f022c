import { describe, expect, it } from 'vitest';
import { expectAgreement } from '../testing/agreement.ts';
import { ModelBuilder } from '../testing/model-builder.ts';
import { foldIdentity, reshapeTarget } from './fold-identity.ts';

describe('foldIdentity', () => {
  it('drops what changes nothing and joins Reshapes', () => {
    const m = new ModelBuilder();
    const x = m.input(['N', 2, 3]);
    let y = m.node('Identity', [m.transpose(x, 0, 1, 2)]);
    y = m.node('Reshape', [y, m.integers(0, 2, 3)]);
    y = m.node('Squeeze', [m.node('Unsqueeze', [y, m.integers(2)]), m.integers(2)]);
    y = m.node('Relu', [m.node('Reshape', [m.node('Flatten', [y], { axis: 1 }), m.integers(-1, 3, 2)])]);
    const graph = m.graph(y);
    const folded = foldIdentity.run(graph);
    expect(folded.nodes.map((node) => node.op)).toEqual(['Reshape', 'Relu']);
    expectAgreement(graph, folded);
  });

  it('keeps a Reshape whose value is an output, a tap, or read elsewhere', () => {
    const m = new ModelBuilder();
    const x = m.input(['N', 2, 3]);
    const flat = m.flatten(x);
    const other = m.node('Flatten', [m.node('Relu', [x])], { axis: 1 });
    const graph = m.graph(m.node('Reshape', [flat, m.integers(0, 3, 2)]), m.node('Reshape', [other, m.integers(0, 6, 1)]), other);
    expect(foldIdentity.run(graph)).toBe(graph);
  });

  it('gives back the same graph where nothing is to do', () => {
    const m = new ModelBuilder();
    const graph = m.graph(m.relu(m.input(['N', 2])));
    expect(foldIdentity.run(graph)).toBe(graph);
  });

  it('keeps a transposition of constants, which is a layout', () => {
    const m = new ModelBuilder();
    const graph = m.graph(m.dense(m.input(['N', 2, 3]), 4));
    expect(foldIdentity.run(graph)).toBe(graph);
  });
});

describe('reshapeTarget', () => {
  it('keeps free sizes free', () => {
    expect(reshapeTarget(['N', 1, 1, 8], ['N', 8])).toEqual([0, 8]);
    expect(reshapeTarget(['N', 6], [2, 'N', 3])).toEqual([2, -1, 3]);
    expect(reshapeTarget(['N', 'H', 8], ['N', 1, 'H', 8])).toEqual([0, 1, -1, 8]);
    expect(reshapeTarget(['N', 'H', 8], [8, 'N', 'H'])).toBeUndefined();
    expect(reshapeTarget(['N', 0], ['N', 0, 1])).toBeUndefined();
  });
});
