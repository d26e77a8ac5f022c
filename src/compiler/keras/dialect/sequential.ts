import type { LayerConfig, ModelConfig, TensorReference } from './model-config.ts';

/**
 * A Sequential model's layers as the graph they stand for: a chain behind one InputLayer. Configs before TensorFlow 2.2 leave that layer
 * out and give the first layer (of a nested model: its first) `batch_input_shape`; a model built later has `build_input_shape`.
 * Where no shape is known the InputLayer has none: a nested model gets it from its caller.
 */
export function layersAsChain(saved: readonly LayerConfig[], buildInputShape: unknown): Pick<ModelConfig, 'layers' | 'inputs' | 'outputs'> {
  const first = saved[0];
  const layers = first?.className === 'InputLayer' ? [first] : [impliedInput(saved, buildInputShape)];
  for (const layer of first?.className === 'InputLayer' ? saved.slice(1) : saved) {
    const previous = layers.at(-1);
    const nodes = previous === undefined ? [] : [{ first: { kind: 'tensor' as const, reference: outputOf(previous) }, others: [] }];
    layers.push({ ...layer, nodes });
  }
  const input = layers[0];
  const last = layers.at(-1);
  return { layers, inputs: input === undefined ? [] : [outputOf(input)], outputs: last === undefined ? [] : [outputOf(last)] };
}

/** A nested model's node 0 is its own; see `node-offset.ts`. */
function outputOf(layer: LayerConfig): TensorReference {
  return { layer: layer.name, node: layer.model === undefined ? 0 : 1, tensor: 0 };
}

function impliedInput(layers: readonly LayerConfig[], buildInputShape: unknown): LayerConfig {
  const first = layers[0];
  const names = new Set(layers.map((layer) => layer.name));
  let name = `${first?.name ?? 'sequential'}_input`;
  while (names.has(name)) name += '_';
  const shape = first === undefined ? undefined : inputOf(first);
  const batchInputShape = shape?.batchInputShape ?? (Array.isArray(buildInputShape) ? buildInputShape : undefined);
  const config = {
    name,
    ...(batchInputShape === undefined ? {} : { batch_input_shape: batchInputShape }),
    ...(shape === undefined ? {} : { dtype: shape.dtype }),
  };
  return { name, className: 'InputLayer', config, trainable: true, sharedId: undefined, model: undefined, nodes: [] };
}

/** The input that a Sequential's first layer declares, itself or through its own first layers. */
function inputOf(layer: LayerConfig): { batchInputShape: unknown; dtype: unknown } | undefined {
  let current: LayerConfig | undefined = layer;
  while (current?.model !== undefined) {
    const input: string | undefined = current.model.inputs[0]?.layer;
    current = current.model.layers.find((candidate) => candidate.name === input);
  }
  const batchInputShape = current?.config.batch_input_shape;
  return batchInputShape === undefined || batchInputShape === null ? undefined : { batchInputShape, dtype: current?.config.dtype ?? 'float32' };
}
