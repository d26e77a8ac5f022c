import { describe, expect, it } from 'vitest';
import type { Call, CallId, Graph, Node, ValueId } from './graph.ts';
import { ModelBuilder } from './testing/model-builder.ts';
import { verifyGraph } from './verify.ts';

function legal(): Graph {
  const model = new ModelBuilder();
  return model.graph(model.dense(model.flatten(model.relu(model.conv(model.input(['N', 2, 2, 3]), 2))), 3));
}

function replaceNode(graph: Graph, op: string, change: (node: Node) => Node): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => (node.op === op ? change(node) : node)) };
}

function replaceTap(graph: Graph, index: number, tap: Call['tap']): Graph {
  return { ...graph, calls: graph.calls.map((call, at) => (at === index ? { ...call, tap } : call)) };
}

const ILLEGAL: readonly (readonly [what: string, message: RegExp, damage: (graph: Graph) => Graph])[] = [
  ['nodes out of order', /reads value \d+ before it is made/, (g) => ({ ...g, nodes: [...g.nodes].reverse() })],
  ['a missing node', /reads value \d+ before it is made/, (g) => ({ ...g, nodes: g.nodes.filter((node) => node.op !== 'Relu') })],
  [
    'a stale value',
    /1 values come from nowhere/,
    (g) => ({
      ...g,
      values: new Map([...g.values, [g.values.size as ValueId, { id: g.values.size as ValueId, name: 'x', dtype: 'float32', shape: [] }]]),
    }),
  ],
  [
    'sparse ids',
    /ids aren't dense/,
    (g) => ({ ...g, values: new Map([...g.values, [999 as ValueId, { id: 999 as ValueId, name: 'x', dtype: 'float32', shape: [] }]]) }),
  ],
  ['an unknown operator', /no operator :Foo/, (g) => replaceNode(g, 'Relu', (node) => ({ ...node, op: 'Foo' }))],
  ['another version', /version 6, the table has 14/, (g) => replaceNode(g, 'Relu', (node) => ({ ...node, since: 6 }))],
  ['too many inputs', /has 2 inputs, expected 1 to 1/, (g) => replaceNode(g, 'Relu', (node) => ({ ...node, inputs: [...node.inputs, null] }))],
  [
    'a missing required input',
    /lacks one of its first 2/,
    (g) => replaceNode(g, 'Conv', (node) => ({ ...node, inputs: [node.inputs[0] as ValueId, null] })),
  ],
  ['a strange attribute', /has no attribute color/, (g) => replaceNode(g, 'Relu', (node) => ({ ...node, attributes: { color: 1 } }))],
  ['a missing attribute', /lacks the attribute group/, (g) => replaceNode(g, 'Conv', (node) => ({ ...node, attributes: { auto_pad: 'NOTSET' } }))],
  [
    'an attribute of another type',
    /has "two" for group, expected int/,
    (g) => replaceNode(g, 'Conv', (node) => ({ ...node, attributes: { ...node.attributes, group: 'two' } })),
  ],
  ['a call that is not there', /belongs to call 77/, (g) => replaceNode(g, 'Relu', (node) => ({ ...node, calls: [77 as CallId] }))],
  [
    'a wrong shape',
    /gives float32 \[N, 7\] as output 0, inferred float32 \[N, 8\]/,
    (g) => {
      const output = g.nodes.find((node) => node.op === 'Flatten')?.outputs[0] as ValueId;
      return { ...g, values: new Map([...g.values].map(([id, value]) => [id, id === output ? { ...value, shape: ['N', 7] } : value])) };
    },
  ],
  [
    'repeated ports',
    /port names repeat: a, a/,
    (g) => {
      const [output] = g.outputs;
      return { ...g, outputs: [0, 1].map(() => ({ name: 'a', value: output?.value as ValueId })) };
    },
  ],
  ['an output from nowhere', /output y is value 999/, (g) => ({ ...g, outputs: [{ name: 'y', value: 999 as ValueId }] })],
  [
    'two weights of one place',
    /share the state_dict key/,
    (g) => {
      const [first, second] = [...g.weights.values()].filter((weight) => weight.kind === 'parameter');
      return {
        ...g,
        weights: new Map(
          [...g.weights].map(([id, weight]) => [id, weight === second ? { ...weight, owner: first?.owner ?? [], role: first?.role ?? '' } : weight]),
        ),
      };
    },
  ],
  [
    'a trainable buffer',
    /a buffer can't be trainable/,
    (g) => ({ ...g, weights: new Map([...g.weights].map(([id, weight]) => [id, { ...weight, kind: 'buffer' }])) }),
  ],
  [
    'a tap without a permutation',
    /toSource \[0, 0, 1, 2\] is no permutation/,
    (g) => replaceTap(g, 0, { value: g.nodes.find((node) => node.op === 'Relu')?.outputs[0] as ValueId, toSource: [0, 0, 1, 2] }),
  ],
  ['a tap on no value', /its tap is value 999/, (g) => replaceTap(g, 0, { value: 999 as ValueId, toSource: [] })],
  [
    'a circle of absorbed calls',
    /runs in a circle/,
    (g) => replaceTap(replaceTap(g, 0, { absorbedBy: 1 as CallId }), 1, { absorbedBy: 0 as CallId }),
  ],
  ['a call told twice', /call 0 of .* stands twice/, (g) => ({ ...g, calls: g.calls.map((call) => ({ ...call, layer: ['same'] })) })],
  ['calls out of order', /has id 3 at position 0/, (g) => ({ ...g, calls: [...g.calls].reverse() })],
];

describe('verifyGraph', () => {
  it('accepts what the builder makes', () => {
    expect(() => verifyGraph(legal(), 'the test')).not.toThrow();
  });

  it.each(ILLEGAL)('refuses %s', (_, message, damage) => {
    expect(() => verifyGraph(damage(legal()), 'some-pass')).toThrow(message);
  });

  it('names the pass', () => {
    expect(() => verifyGraph({ ...legal(), nodes: [] }, 'some-pass')).toThrow(/illegal after some-pass/);
  });
});
