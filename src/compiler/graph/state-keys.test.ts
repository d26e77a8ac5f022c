import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphBuilder, memoryTensor } from './builder.ts';
import type { ModelInfo, Path } from './graph.ts';
import { isPlainIdentifier, pythonIdentifiers } from './python-identifiers.ts';
import { moduleNames, stateKeys } from './state-keys.ts';

const MODEL: ModelInfo = { name: 'm', sourceName: 'm.h5', framework: 'keras', frameworkVersion: '2.10.0', classes: undefined, preprocess: undefined };

function graphOf(weights: readonly { owner: Path; part?: string; role: string }[], layers: readonly Path[] = []) {
  const builder = new GraphBuilder(MODEL);
  for (const weight of weights) {
    builder.weight({ source: memoryTensor([0], 'float32', [1], 'test'), kind: 'parameter', trainable: true, ...weight });
  }
  for (const layer of layers) builder.call({ layer, index: 0, className: 'Dense', mode: 'follows' });
  return builder.build();
}

describe('pythonIdentifiers', () => {
  it('keeps identifiers and cleans the rest', () => {
    const names = ['conv1', 'block/conv 1', 'block_conv_1', '1x1', 'forward', 'class', '__init__', '', 'é', 'Conv1', 'type', '_x'];
    expect(Object.fromEntries(pythonIdentifiers(names))).toEqual({
      conv1: 'conv1',
      'block/conv 1': 'block_conv_1_2',
      block_conv_1: 'block_conv_1',
      '1x1': 'layer_1x1',
      forward: 'forward_',
      class: 'class_',
      __init__: 'init__',
      '': 'layer',
      é: 'layer_2',
      Conv1: 'Conv1',
      type: 'type_',
      _x: 'x',
    });
  });

  it('gives harmless, unique names for any names, whatever their order', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('x\n    import os', 'a.b', 'self', "');evil('", 'weight', 'weight_'),
    );
    fc.assert(
      fc.property(fc.uniqueArray(hostile, { maxLength: 12 }), fc.array(fc.constantFrom('weight', 'bias')), (names, taken) => {
        const identifiers = pythonIdentifiers(names, taken);
        const values = [...identifiers.values()];
        expect(values).toHaveLength(names.length);
        expect(new Set([...values, ...taken]).size).toBe(values.length + new Set(taken).size);
        for (const value of values) expect(isPlainIdentifier(value) || /^[a-z][a-z_0-9]*$/.test(value)).toBe(true);
        expect(new Map([...pythonIdentifiers([...names].reverse(), taken)].sort())).toEqual(new Map([...identifiers].sort()));
      }),
    );
  });

  it('takes linear time over names that all clean to one stem', () => {
    const names = Array.from({ length: 50_000 }, (_, index) => `${'/'.repeat(index % 90)}a${' '.repeat(Math.floor(index / 90))}`);
    expect(new Set(pythonIdentifiers(names).values()).size).toBe(new Set(names).size);
  });
});

describe('stateKeys', () => {
  it('joins owner, part and role', () => {
    const graph = graphOf([
      { owner: ['base', 'block_1_expand'], role: 'weight' },
      { owner: ['sep'], part: 'depthwise', role: 'weight' },
      { owner: ['sep'], role: 'bias' },
      { owner: [], role: 'scale' },
    ]);
    expect([...stateKeys(graph).values()]).toEqual(['base.block_1_expand.weight', 'sep.depthwise.weight', 'sep.bias', 'scale']);
  });

  it('keeps a child layer apart from a role or part of its parent, and from layers without weights', () => {
    const graph = graphOf(
      [
        { owner: ['outer', 'weight'], role: 'weight' },
        { owner: ['outer'], role: 'weight' },
        { owner: ['a b'], role: 'weight' },
      ],
      [['a_b'], ['a/b', 'c']],
    );
    expect([...stateKeys(graph).values()]).toEqual(['outer.weight_2.weight', 'outer.weight', 'a_b_2.weight']);
    expect(moduleNames(graph)(['a/b', 'c'])).toEqual(['a_b_3', 'c']);
  });

  it('has no key for a constant', () => {
    const builder = new GraphBuilder(MODEL);
    builder.constant([1, 2]);
    expect(stateKeys(builder.build()).size).toBe(0);
  });
});
