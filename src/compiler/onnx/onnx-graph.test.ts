import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TorchliftError } from '../../core/errors.ts';
import type { AttributeProto, ModelProto, NodeProto } from '../../formats/onnx/proto.ts';
import { evaluateConstant, isConstant } from '../graph/evaluate.ts';
import type { Graph, ValueId } from '../graph/graph.ts';
import { stateKeys } from '../graph/state-keys.ts';
import { verifyGraph } from '../graph/verify.ts';
import { exportOnnx } from './export/export-onnx.ts';
import { importOnnx } from './import/import-onnx.ts';
import { inspectOnnx } from './inspect/inspect-onnx.ts';
import { METADATA_KEY } from './metadata/metadata.ts';
import { hardGraph } from './testing/hard-graph.ts';
import { graphOfBytes, modelBytes, onnxBytes } from './testing/round-trip.ts';

function exported(graph = hardGraph()): ModelProto {
  return exportOnnx(graph, '0.1.0').model;
}

function errorOf(action: () => unknown): TorchliftError {
  try {
    action();
  } catch (error) {
    if (error instanceof TorchliftError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Imports the hard graph's model after a change to it. */
function importChanged(change: (model: ModelProto) => ModelProto): TorchliftError {
  return errorOf(() => importOnnx({ model: change(exported()), fileName: 'model.onnx' }));
}

function changeMetadata(change: (metadata: Record<string, unknown>) => unknown) {
  return (model: ModelProto): ModelProto => {
    const metadata = JSON.parse(model.metadataProps[0]?.value ?? '') as Record<string, unknown>;
    return { ...model, metadataProps: [{ key: METADATA_KEY, value: JSON.stringify(change(metadata)) }] };
  };
}

function changeGraph(change: (graph: ModelProto['graph']) => Partial<ModelProto['graph']>) {
  return (model: ModelProto): ModelProto => ({ ...model, graph: { ...model.graph, ...change(model.graph) } });
}

function changeNode(name: string, change: (node: NodeProto) => Partial<NodeProto>) {
  return changeGraph(({ nodes }) => ({ nodes: nodes.map((node) => (node.name === name ? { ...node, ...change(node) } : node)) }));
}

/** All but ids, which the layout nodes' going changes: what printers see. */
function described(graph: Graph): unknown {
  const name = (id: ValueId | null) => (id === null ? null : graph.values.get(id)?.name);
  const isComputed = (id: ValueId | null) => id !== null && !isConstant(graph, id);
  return {
    model: graph.model,
    inputs: graph.inputs.map((port) => [port.name, graph.values.get(port.value)?.name, graph.values.get(port.value)?.shape]),
    outputs: graph.outputs.map((port) => port.name),
    nodes: graph.nodes
      .filter((node) => node.calls.length > 0)
      .map((node) => ({
        ...node,
        inputs: node.inputs.map((input) => (isComputed(input) ? '' : null)),
        outputs: node.outputs.map(name),
        shapes: node.outputs.map((output) => graph.values.get(output)?.shape),
      })),
    weights: [...graph.weights.values()].filter(({ kind }) => kind !== 'constant').map(({ value, source, ...weight }) => weight),
    keys: [...stateKeys(graph).values()],
    calls: graph.calls.map(({ tap, ...call }) => ({ ...call, tap: 'value' in tap ? [name(tap.value), tap.toSource] : tap })),
  };
}

describe('exportOnnx and importOnnx', () => {
  it('give the same bytes again', () => {
    const bytes = onnxBytes(hardGraph());
    expect(Buffer.compare(onnxBytes(graphOfBytes(bytes)), bytes)).toBe(0);
  });

  it('keep what a conversion prints from', () => {
    const [graph, again] = [hardGraph(), graphOfBytes(onnxBytes(hardGraph()))];
    verifyGraph(again, 'importing');
    expect(described(again)).toEqual(described(graph));
  });

  it('store weights in the layout that their readers agree on, and others as they are', () => {
    const graph = hardGraph();
    const { initializers, nodes } = exported(graph).graph;
    const shapes = Object.fromEntries(initializers.map(({ name, dims }) => [name, dims]));
    expect(shapes).toMatchObject({
      'shared_conv.weight': [3, 3, 3, 3],
      'scores.weight': [2, 3],
      'tied.weight': [3, 3],
      'unread.depthwise.weight': [2, 2, 1, 5],
      'scale.gamma': [3],
    });
    const layout = graph.nodes.find((node) => node.name === 'layout')?.outputs[0] as ValueId;
    const stored = initializers.find(({ name }) => name === 'shared_conv.weight');
    expect(stored?.source?.read()).toEqual(evaluateConstant(graph, layout).data);
    expect(nodes.filter(({ opType }) => opType === 'Transpose').map(({ inputs }) => inputs[0])).toEqual(['image', 'tied.weight', 'scores.weight']);
    // Mul of a weight stays, Mul of our own constants doesn't: 3 · 0.5.
    expect(nodes.some(({ name }) => name === 'effective')).toBe(true);
    const ours = initializers.find(({ name }) => name === 'ours');
    expect(new Float32Array(ours?.source?.read().slice().buffer ?? new ArrayBuffer(0))).toEqual(new Float32Array([1.5]));
  });

  it("give inputs and outputs the ports' names", () => {
    const { graph } = exported();
    expect(graph.inputs.map(({ name }) => name)).toEqual(['image', 'extra']);
    // `image` is an input too, and another value.
    expect(graph.outputs.map(({ name }) => name)).toEqual(['scores', 'scores again', 'extra', 'image_1', 'extra twice', 'gamma']);
    expect(graph.nodes.slice(-3).map(({ opType, inputs, outputs }) => [opType, inputs[0], outputs[0]])).toEqual([
      ['Identity', 'scores', 'scores again'],
      ['Identity', 'extra', 'extra twice'],
      ['Identity', 'scale.gamma', 'gamma'],
    ]);
    expect(graph.inputs[0]?.type?.shape).toEqual(['N', 8, 8, 3]);
  });

  it('never use a name twice', () => {
    const { graph } = exported();
    const names = [...graph.inputs, ...graph.initializers].map(({ name }) => name).concat(graph.nodes.flatMap(({ outputs }) => outputs));
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(graph.nodes.map(({ name }) => name)).size).toBe(graph.nodes.length);
    // Half a surrogate pair has no UTF-8.
    for (const name of names) expect(name).toBe(Buffer.from(name).toString());
  });

  it('keep the name of the layout that a weight is stored in, which may be printed', () => {
    const again = graphOfBytes(onnxBytes(hardGraph()));
    const keys = new Map([...stateKeys(again)].map(([id, key]) => [key, again.values.get(id)?.name]));
    expect(keys.get('shared_conv.weight')).toBe('layout');
    expect(keys.get('scale.gamma')).toBe('scale/gamma');
  });

  it('keep the digits of doubles that the file holds as float32', () => {
    const again = graphOfBytes(onnxBytes(hardGraph()));
    expect(again.nodes.find(({ op }) => op === 'BatchNormalization')?.attributes.epsilon).toBe(1e-3);
    expect(again.nodes.find(({ op }) => op === 'LeakyRelu')?.attributes.alpha).toBe(1 / 3);
  });
});

describe('files that somebody changed', () => {
  const metadataChanges: Record<string, (metadata: Record<string, never>) => unknown> = {
    'a key more': (metadata) => ({ ...metadata, more: 1 }),
    'a key less': ({ calls, ...metadata }) => metadata,
    'a node less': (metadata: Record<string, unknown[]>) => ({ ...metadata, nodes: metadata.nodes?.slice(1) }),
    'a weight renamed': (metadata: Record<string, { name: string }[]>) => ({
      ...metadata,
      weights: metadata.weights?.map((weight) => (weight.name === 'scale.gamma' ? { ...weight, name: 'x' } : weight)),
    }),
    'another owner': (metadata: Record<string, { name: string }[]>) => ({
      ...metadata,
      weights: metadata.weights?.map((weight) => (weight.name === 'scale.gamma' ? { ...weight, owner: ['pool'] } : weight)),
    }),
    'code in a role': (metadata: Record<string, { name: string }[]>) => ({
      ...metadata,
      weights: metadata.weights?.map((weight) => (weight.name === 'scale.gamma' ? { ...weight, role: 'x\nimport os' } : weight)),
    }),
    'a trainable buffer': (metadata: Record<string, { kind: string }[]>) => ({
      ...metadata,
      weights: metadata.weights?.map((weight) => (weight.kind === 'buffer' ? { ...weight, trainable: true } : weight)),
    }),
    'another digit': (metadata: Record<string, { floats?: unknown }[]>) => ({
      ...metadata,
      nodes: metadata.nodes?.map((node) => (node.floats === undefined ? node : { ...node, floats: { epsilon: 0.5, momentum: 0.99 } })),
    }),
    'a tap elsewhere': (metadata: Record<string, { tap: unknown }[]>) => ({
      ...metadata,
      calls: metadata.calls?.map((call) => ({ ...call, tap: { value: 'nowhere', toSource: [] } })),
    }),
    'no permutation': (metadata: Record<string, { tap: object }[]>) => ({
      ...metadata,
      calls: metadata.calls?.map((call) => ({ ...call, tap: { ...call.tap, toSource: [0, 0, 1, 2] } })),
    }),
    'a circle of calls': (metadata: Record<string, object[]>) => ({
      ...metadata,
      calls: metadata.calls?.map((call, index, { length }) => ({ ...call, tap: { absorbedBy: (index + 1) % length } })),
    }),
    'a call of no call': (metadata: Record<string, object[]>) => ({ ...metadata, nodes: metadata.nodes?.map((node) => ({ ...node, calls: [99] })) }),
    'an input renamed': (metadata) => ({ ...metadata, inputs: ['picture', 'extra'] }),
    'an output that is another value': (metadata: Record<string, { name: string; value: string }[]>) => ({
      ...metadata,
      outputs: metadata.outputs?.map((output) => (output.name === 'scores again' ? { ...output, value: 'image_1' } : output)),
    }),
    'a name of nothing': (metadata) => ({ ...metadata, names: [['nothing', 'x']] }),
    'another version': (metadata) => ({ ...metadata, version: 0 }),
    'a list': () => [],
    'an abyss': () => JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown,
  };

  it.each(Object.entries(metadataChanges))('metadata: %s', (_, change) => {
    expect(importChanged(changeMetadata(change as (metadata: Record<string, unknown>) => unknown)).code).toBe('malformed-file');
  });

  it('metadata of a newer Torchlift', () => {
    expect(importChanged(changeMetadata((metadata) => ({ ...metadata, version: 2 }))).code).toBe('unsupported');
  });

  const graphChanges: Record<string, (model: ModelProto) => ModelProto> = {
    'a node less': changeGraph(({ nodes }) => ({ nodes: nodes.slice(0, -1) })),
    'nodes in another order': changeGraph(({ nodes }) => ({ nodes: [...nodes].reverse() })),
    'an initializer less': changeGraph(({ initializers }) => ({ initializers: initializers.slice(1) })),
    'another shape': changeGraph(({ outputs: [first, ...rest] }) => ({
      outputs: [{ ...first, name: 'scores', type: { elemType: 1, shape: ['N', 5] } }, ...rest],
    })),
    'an unknown size': changeGraph(({ inputs: [first, ...rest] }) => ({
      inputs: [{ ...first, name: 'image', type: { elemType: 1, shape: ['N', null, 8, 3] } }, ...rest],
    })),
    'another opset': (model) => ({ ...model, opsetImport: [{ domain: '', version: 13 }] }),
    functions: (model) => ({ ...model, functions: [{ name: 'Relu', domain: '', nodes: [] }] }),
    'an attribute less': changeNode('to_nchw', () => ({ attributes: [] })),
    'an attribute twice': changeNode('to_nchw', ({ attributes }) => ({ attributes: [...attributes, ...attributes] })),
    'an attribute of another type': changeNode('to_nchw', () => ({ attributes: [{ name: 'perm', type: 'floats', values: [0, 3, 1, 2] }] })),
    'an attribute out of range': changeNode('to_nchw', () => ({ attributes: [{ name: 'perm', type: 'ints', values: [0n, 3n, 1n, 2n ** 62n] }] })),
    'an attribute of Object.prototype': changeNode('to_nchw', ({ attributes }) => ({
      attributes: [...attributes, { name: 'constructor', type: 'int', value: 1n } satisfies AttributeProto],
    })),
    'no permutation': changeNode('to_nchw', () => ({ attributes: [{ name: 'perm', type: 'ints', values: [0n, 0n, 0n, 0n] }] })),
    'a required input left out': changeNode('conv', ({ inputs }) => ({ inputs: [inputs[0] as string, ''] })),
    'an input too many': changeNode('to_nchw', ({ inputs }) => ({ inputs: [...inputs, ...inputs] })),
    'an input of nowhere': changeNode('conv', () => ({ inputs: ['nowhere', 'nowhere'] })),
    'an output made twice': changeNode('pool', () => ({ outputs: ['image'] })),
    'metadata twice': (model) => ({ ...model, metadataProps: [...model.metadataProps, ...model.metadataProps] }),
  };

  it.each(Object.entries(graphChanges))('graph: %s', (_, change) => {
    const error = importChanged(change);
    expect(error.code).toBe('malformed-file');
    expect(error.where).toMatch(/^model\.onnx/);
  });

  it('operators of a later version are unsupported, all named', () => {
    const error = importChanged(changeGraph(({ nodes }) => ({ nodes: nodes.map((node) => ({ ...node, opType: `${node.opType}X` })) })));
    expect(error.code).toBe('unsupported');
    expect(error.details).toContain('ConvX');
    expect(error.details).toContain('SoftmaxX');
  });

  it('refused external data', () => {
    const error = importChanged(
      changeGraph(({ initializers }) => ({
        initializers: initializers.map((tensor) => ({
          ...tensor,
          external: { location: '../x', refusal: { code: 'unsafe-file' as const, what: 'no' } },
        })),
      })),
    );
    expect(error.code).toBe('unsafe-file');
  });

  it('any changed byte ends in a graph or a TorchliftError', () => {
    const bytes = modelBytes(exported());
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.byteLength - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }), (changes) => {
        const mutated = bytes.slice();
        for (const [index, value] of changes) mutated[index] = value;
        try {
          onnxBytes(graphOfBytes(mutated));
        } catch (error) {
          expect(error).toBeInstanceOf(TorchliftError);
          expect((error as TorchliftError).exitCode).toBeLessThan(70);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('foreign files', () => {
  it('are unsupported, with all their operators', () => {
    const error = importChanged((model) => ({ ...model, producerName: 'tf2onnx', metadataProps: [] }));
    expect(error).toMatchObject({ code: 'unsupported', exitCode: 7 });
    expect(error.details).toContain('Conv (2)');
    expect(error.details).toContain('Transpose (3)');
    expect(error.message).toMatch(/tf2onnx/);
  });
});

describe('inspectOnnx', () => {
  it('counts operators and parameters, and knows its own files', () => {
    const inspection = inspectOnnx({ model: exported(), fileName: 'model.onnx' });
    expect(inspection).toMatchObject({
      irVersion: 9,
      opsets: [{ domain: '', version: 20 }],
      producer: { name: 'torchlift', version: '0.1.0' },
      inputs: [
        { name: 'image', dtype: 'float32', shape: ['N', 8, 8, 3] },
        { name: 'extra', dtype: 'float32', shape: ['N', 4] },
      ],
      torchlift: { parameters: { trainable: 81 + 3 + 3 + 9 + 6 + 2, frozen: 3 + 20, buffers: 6 } },
      unsafe: [],
    });
    expect(inspection.operators.find(({ op }) => op === 'Conv')?.count).toBe(2);
    expect(inspection.torchlift?.calls[0]).toEqual({ layer: 'shared conv', className: 'Conv2D' });
  });

  it('finds what is unsafe', () => {
    const model = exported();
    const inner = { ...model.graph, nodes: [{ name: '', opType: 'Evil', domain: 'com.example', inputs: [], outputs: [], attributes: [] }] };
    const [first] = model.graph.initializers;
    const outside = {
      ...first,
      name: 'outside',
      dataType: 1,
      dims: [1],
      source: undefined,
      sizeBytes: 4,
      external: { location: '../x', refusal: { code: 'unsafe-file' as const, what: 'no base name' } },
    };
    const hostile: ModelProto = {
      ...model,
      metadataProps: [{ key: METADATA_KEY, value: '{' }],
      functions: [{ name: 'Relu', domain: 'local', nodes: [] }],
      graph: {
        ...model.graph,
        initializers: [outside],
        nodes: [
          { name: 'if', opType: 'If', domain: '', inputs: [], outputs: [], attributes: [{ name: 'then_branch', type: 'graph', value: inner }] },
        ],
      },
    };
    const { unsafe, operators, torchlift } = inspectOnnx({ model: hostile, fileName: 'model.onnx' });
    expect(unsafe.join('\n')).toMatch(/"\.\.\/x".*refused[\s\S]*com\.example.*Evil[\s\S]*local:Relu[\s\S]*metadata/);
    expect(operators.map(({ op }) => op)).toEqual(['If', 'Evil']);
    expect(torchlift).toBeUndefined();
  });
});
