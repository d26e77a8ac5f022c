import { TorchliftError } from '../../../../core/errors.ts';
import { GraphBuilder, memoryTensor } from '../../../graph/builder.ts';
import type { Graph, ValueId } from '../../../graph/graph.ts';
import { ConfigReader } from '../../config-reader.ts';
import type { EmitContext } from '../../layer.ts';
import { findLayer } from '../index.ts';
import { type RecordedCase, weightNumbers } from './recorded-case.ts';

export interface EmittedCase {
  readonly graph: Graph;
  readonly warnings: readonly string[];
}

type CaseToEmit = Omit<RecordedCase, 'outputs'>;

/**
 * One layer's call as a graph, the weights drawn as the recording script draws them. Fails where the layer's own list of weights isn't
 * the case's, by shape and name. A layer that refuses throws.
 */
export function emitCase(recorded: CaseToEmit, mode: 'follows' | 'inference' = 'follows'): EmittedCase {
  const definition = findLayer(recorded.className);
  if (definition === undefined) throw new TorchliftError('unsupported', { what: recorded.className });
  const builder = new GraphBuilder({
    name: recorded.name,
    sourceName: 'recorded',
    framework: 'keras',
    frameworkVersion: 'unknown',
    classes: undefined,
    preprocess: undefined,
  });
  const inputs = recorded.inputs.map(({ shape, dtype }, index) =>
    builder.input(`x${index}`, dtype, ['N', ...shape.map((size, axis) => size ?? `free${axis}`)]),
  );
  const config = definition.parse(new ConfigReader(recorded.config, recorded.className, recorded.name));
  const specs = definition.weights(
    config,
    inputs.map((input) => builder.shape(input)),
  );
  const listed = specs.map(({ shape, kerasName }) => `${kerasName} [${shape.join(', ')}]`);
  const expected = recorded.weights.map(({ shape, name }) => `${name} [${shape.join(', ')}]`);
  if (listed.join() !== expected.join()) throw new Error(`${recorded.name}: the layer lists ${listed.join()}, Keras has ${expected.join()}`);
  const weights = specs.map(({ shape, kind, role, part }, index) =>
    builder.weight({
      source: memoryTensor(weightNumbers(recorded.weights[index] as RecordedCase['weights'][number], index), 'float32', shape, role),
      kind,
      trainable: kind === 'parameter',
      owner: ['layer'],
      ...(part !== undefined && { part }),
      role,
    }),
  );
  const call = builder.call({ layer: ['layer'], index: 0, className: recorded.className, mode });
  const warnings: string[] = [];
  const toTensors = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(toTensors);
    if (typeof value === 'object' && value !== null && 'input' in value) return { tensor: inputs[value.input as number] };
    return value;
  };
  const context: EmitContext<unknown> = {
    builder,
    config,
    layer: ['layer'],
    call,
    mode,
    trainable: true,
    inputs,
    firstArgument: 'first' in recorded ? toTensors(recorded.first) : { tensor: inputs[0] },
    arguments: Object.fromEntries(Object.entries(recorded.arguments ?? {}).map(([key, value]) => [key, toTensors(value)])),
    weight: (role, part) => weights[specs.findIndex((spec) => spec.role === role && spec.part === part)] as ValueId,
    node: (op, nodeInputs, attributes = {}) => builder.node(op, nodeInputs, { name: 'layer', calls: [call], attributes }),
    nodes: (op, nodeInputs, outputCount, attributes = {}) => builder.nodes(op, nodeInputs, { name: 'layer', calls: [call], attributes, outputCount }),
    shape: (value) => builder.shape(value),
    unsupported: (what, remedy) => {
      throw new TorchliftError('unsupported', { what, ...(remedy !== undefined && { remedy }) });
    },
    warn: (what) => warnings.push(what),
  };
  const outputs = definition.emit(context);
  const [first] = outputs;
  if (first !== undefined) builder.tap(call, { value: first, toSource: [...builder.shape(first).keys()] });
  for (const [index, output] of outputs.entries()) builder.output(`y${index}`, output);
  return { graph: builder.build(), warnings };
}
