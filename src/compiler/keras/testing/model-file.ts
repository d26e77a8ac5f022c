import { elementCount } from '../../../core/dtypes.ts';
import type { KerasModelFile, NamedWeight } from '../../../formats/keras-model-file.ts';
import { memoryTensor } from '../../graph/builder.ts';

/** A hand-made file for tests: `weights` maps a layer's name to its weights' names and shapes, in `weight_names` order. */
export function modelFile(config: unknown, weights: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {}): KerasModelFile {
  return {
    format: 'keras-h5',
    fileName: 'model.h5',
    config,
    trainingConfig: undefined,
    kerasVersion: '2.10.0',
    backend: 'tensorflow',
    groups: Object.entries(weights).map(([layer, shapes]) => ({
      layer,
      weights: Object.entries(shapes).map(([name, shape]) => namedWeight(name, shape)),
    })),
    bytes: { weights: 0, optimizer: 0, rest: 0 },
    close: () => undefined,
  };
}

/** Filled with 0, 1, 2 … so that elements tell where they come from. */
export function namedWeight(name: string, shape: readonly number[]): NamedWeight {
  const data = Array.from({ length: elementCount(shape) }, (_, index) => index);
  return { name, source: memoryTensor(data, 'float32', shape, name) };
}

type Leaf = readonly [layer: string, node: number, tensor: number, kwargs?: object];

export function input(name: string, shape: readonly (number | null)[], dtype = 'float32') {
  return { class_name: 'InputLayer', name, config: { name, batch_input_shape: shape, dtype, sparse: false }, inbound_nodes: [] };
}

/** A layer with one call for each list of leaves. */
export function layer(className: string, name: string, config: object, ...calls: readonly (readonly Leaf[])[]) {
  return { class_name: className, name, config: { name, trainable: true, dtype: 'float32', ...config }, inbound_nodes: calls };
}

export function functional(name: string, layers: readonly object[], inputs: readonly Leaf[], outputs: readonly Leaf[], more: object = {}) {
  return { class_name: 'Functional', config: { name, layers, input_layers: inputs, output_layers: outputs, ...more } };
}

/** A model as a layer of another. */
export function nested(model: { class_name: string; config: object }, name: string, ...calls: readonly (readonly Leaf[])[]) {
  return { ...model, name, inbound_nodes: calls };
}

export const dense = (name: string, units: number, config: object, ...calls: readonly (readonly Leaf[])[]) =>
  layer('Dense', name, { units, activation: 'linear', use_bias: true, ...config }, ...calls);
