import type { ConfigSource } from '../dialect/config-source.ts';
import type { LayerConfig, ModelConfig } from '../dialect/model-config.ts';
import { referencesOfNode } from './references.ts';

/**
 * The node index of each layer's first call, as the model's own references count.
 *
 * A plain layer's calls count from 0. A nested model's count from 1, since its node 0 is its own graph, except a Sequential without an
 * input shape, which has none; its config doesn't always tell which it was, and files exist whose indexes start elsewhere because other
 * calls of the layer belong to another model. So the rule is tried first, and then what makes all references fit.
 */
export function nodeOffsets(model: ModelConfig, source: ConfigSource, path: readonly string[]): ReadonlyMap<string, number> {
  const used = new Map<string, { min: number; max: number }>();
  const references = [...model.layers.flatMap((layer) => layer.nodes.flatMap(referencesOfNode)), ...model.inputs, ...model.outputs];
  for (const { layer, node } of references) {
    const range = used.get(layer);
    used.set(layer, range === undefined ? { min: node, max: node } : { min: Math.min(range.min, node), max: Math.max(range.max, node) });
  }
  const offsets = new Map<string, number>();
  for (const layer of model.layers) {
    const range = used.get(layer.name);
    const rule = layer.model === undefined ? 0 : 1;
    const fits = (offset: number): boolean => range === undefined || (range.min >= offset && range.max < offset + layer.nodes.length);
    const offset = layer.className === 'InputLayer' ? 0 : [rule, 1 - rule, range?.min ?? 0].find(fits);
    if (offset === undefined) throw notThere(layer, range, source, path);
    offsets.set(layer.name, offset);
  }
  return offsets;
}

function notThere(layer: LayerConfig, range: { min: number; max: number } | undefined, source: ConfigSource, path: readonly string[]): Error {
  const calls = layer.nodes.length === 1 ? '1 call' : `${layer.nodes.length} calls`;
  const asked = range === undefined || range.min === range.max ? `node ${range?.min}` : `nodes ${range.min} to ${range.max}`;
  return source.malformed(`${asked} of it are used, but its model has ${calls} of it`, [...path, layer.name]);
}
