import type { NamedWeight, WeightGroup } from '../../../formats/keras-model-file.ts';
import type { LayerConfig } from '../dialect/model-config.ts';
import type { ExpectedGroup } from './variable-order.ts';

/**
 * Which group of an `.h5` file holds which top-level layer's weights. A group is called by its layer. Where a layer with weights has none
 * (weights of another session, whose layers are called `dense_7`), Keras' own rule counts: the layers that have weights and the groups
 * that have weights, both in order.
 */
export function groupsByLayer(
  groups: readonly WeightGroup[],
  expected: readonly ExpectedGroup[],
  problems: string[],
): ReadonlyMap<LayerConfig, readonly NamedWeight[]> {
  const byName = new Map(groups.map((group) => [group.layer, group.weights]));
  const weighted = expected.filter(({ order }) => order.variables.length > 0);
  const filled = groups.filter(({ weights }) => weights.length > 0);
  const missing = weighted.filter(({ layer }) => !byName.has(layer.name));
  const isKnown = expected.every(({ order }) => order.unknown.length === 0);
  if (missing.length > 0 && isKnown && filled.length === weighted.length) {
    return new Map(weighted.map(({ layer }, index) => [layer, filled[index]?.weights ?? []]));
  }
  const names = new Set(expected.map(({ layer }) => layer.name));
  for (const { layer, weights } of filled) {
    if (layer !== null && !names.has(layer)) problems.push(`${layer}: the file has ${weights.length} weights of it, the architecture no such layer`);
  }
  return new Map(expected.flatMap(({ layer }) => (byName.has(layer.name) ? [[layer, byName.get(layer.name) ?? []] as const] : [])));
}
