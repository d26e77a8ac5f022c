import type { NamedWeight } from '../../../formats/keras-model-file.ts';
import type { LayerConfig } from '../dialect/model-config.ts';
import type { ExpectedGroup } from './variable-order.ts';

/** Of a weight's name that are looked at: enough for models in models with scopes in their layers' names. */
const MAX_PARTS = 32;

/**
 * tfjs files have all weights in one list, sorted by layer, and tfjs itself finds a layer's by the name in front (`Conv1/kernel`). So that
 * says whose they are; within a layer, and where names don't tell, the order counts as everywhere.
 */
export function splitFlatGroup(
  weights: readonly NamedWeight[],
  expected: readonly ExpectedGroup[],
  problems: string[],
): ReadonlyMap<LayerConfig, readonly NamedWeight[]> {
  const owners = new Map<string, LayerConfig>();
  for (const { layer, order } of expected) {
    owners.set(layer.name, layer);
    for (const { layer: inner } of order.variables) {
      const name = inner.path.at(-1) ?? '';
      if (!owners.has(name)) owners.set(name, layer);
    }
  }
  const result = new Map<LayerConfig, NamedWeight[]>();
  const strays: NamedWeight[] = [];
  for (const weight of weights) {
    const owner = ownerOf(weight.name, owners);
    if (owner === undefined) strays.push(weight);
    else if (result.get(owner)?.push(weight) === undefined) result.set(owner, [weight]);
  }
  if (strays.length === 0) return result;
  const inOrder = byPosition(weights, expected);
  if (inOrder !== undefined) return inOrder;
  for (const { name, source } of strays.slice(0, 8)) problems.push(`${name} [${source.shape.join(', ')}] belongs to no layer of the architecture`);
  return result;
}

/** `block_1/conv/kernel`: the longest run of leading parts that names a layer, at the start or behind a model's name. */
function ownerOf(name: string, owners: ReadonlyMap<string, LayerConfig>): LayerConfig | undefined {
  const parts = name.split('/').slice(0, -1).slice(0, MAX_PARTS);
  for (let length = parts.length; length > 0; length--) {
    for (let start = 0; start + length <= parts.length; start++) {
      const owner = owners.get(parts.slice(start, start + length).join('/'));
      if (owner !== undefined) return owner;
    }
  }
  return undefined;
}

/** The whole list in the order of the layers, where every shape fits. */
function byPosition(weights: readonly NamedWeight[], expected: readonly ExpectedGroup[]): Map<LayerConfig, readonly NamedWeight[]> | undefined {
  const result = new Map<LayerConfig, readonly NamedWeight[]>();
  let next = 0;
  for (const { layer, order } of expected) {
    const own = weights.slice(next, next + order.variables.length);
    if (order.unknown.length > 0 || own.some(({ source }, index) => source.shape.join() !== order.variables[index]?.spec.shape.join()))
      return undefined;
    result.set(layer, own);
    next += order.variables.length;
  }
  return next === weights.length ? result : undefined;
}
