import { TorchliftError } from '../../../core/errors.ts';
import type { KerasModelFile, NamedWeight } from '../../../formats/keras-model-file.ts';
import type { LayerInstances } from '../calls/layer-instances.ts';
import type { LayerInstance } from '../calls/plan.ts';
import type { ModelConfig } from '../dialect/model-config.ts';
import { splitFlatGroup } from './flat-group.ts';
import { groupsByLayer } from './groups-by-layer.ts';
import { matchGroup } from './match-group.ts';
import { type SpecsOf, variableOrder } from './variable-order.ts';

/** The file's weight for each of a layer's specs, in their order. */
export type BoundWeights = ReadonlyMap<LayerInstance, readonly NamedWeight[]>;

/**
 * Binds the file's weights to the layers' variables: by the order within each group, never by a weight's name (names carry whatever
 * session saved them), checked by shape. `needed` are the layers that must be bound; the others only take their places.
 * Throws `malformed-weights` with every weight that is missing, misshapen or too many: layer, weight, got against expected.
 */
export function bindWeights(
  file: KerasModelFile,
  model: ModelConfig,
  instances: LayerInstances,
  specsOf: SpecsOf,
  needed: ReadonlySet<LayerInstance>,
): BoundWeights {
  const expected = model.layers.map((layer) => ({ layer, order: variableOrder(layer, instances, specsOf) }));
  const problems: string[] = [];
  const flat = file.groups.find((group) => group.layer === null);
  const groups = flat === undefined ? groupsByLayer(file.groups, expected, problems) : splitFlatGroup(flat.weights, expected, problems);
  const bound = new Map<LayerInstance, NamedWeight[]>();
  for (const { layer, order } of expected) {
    // What no output needs may have any weights.
    const isNeeded = [...order.variables, ...order.unknown.map((unknown) => ({ layer: unknown }))].some((place) => needed.has(place.layer));
    if (!isNeeded) continue;
    for (const { variable, weight } of matchGroup(layer.name, order, groups.get(layer) ?? [], problems)) {
      const list = bound.get(variable.layer) ?? [];
      // A layer that several groups hold (shared by models) has equal copies there; the first counts.
      list[variable.index] ??= weight;
      bound.set(variable.layer, list);
    }
  }
  if (problems.length > 0) {
    throw new TorchliftError('malformed-weights', {
      what: 'the weights are not those of the architecture',
      where: file.fileName,
      details: problems,
      remedy: 'Save the whole model again (model.save), or pass the architecture these weights were saved with (--architecture).',
    });
  }
  return bound;
}
