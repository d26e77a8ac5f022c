import { invariant } from '../../core/errors.ts';
import type { Graph, Path, ValueId, Weight } from './graph.ts';
import { pythonIdentifiers } from './python-identifiers.ts';

/**
 * The `state_dict` key of every parameter and buffer: the owner's path as attribute names, the part if any, the role, joined by `.`:
 * `base.block_1_expand.weight`, `sep.depthwise.weight`. Constants have none.
 */
export function stateKeys(graph: Graph): Map<ValueId, string> {
  const nameOf = moduleNames(graph);
  const keys = new Map<ValueId, string>();
  for (const weight of graph.weights.values()) {
    if (weight.kind === 'constant') continue;
    const part = weight.part === undefined ? [] : [weight.part];
    keys.set(weight.value, [...nameOf(weight.owner), ...part, weight.role].join('.'));
  }
  return keys;
}

/**
 * The attribute names that lead to a layer: `['base', 'block 1']` → `['base', 'block_1']`. Knows the path of every call and of every
 * weight's owner, and all that encloses them. Names are unique in each module, among child layers, parts and roles.
 */
export function moduleNames(graph: NamedPlaces): (layer: Path) => readonly string[] {
  const root = emptyPlace();
  for (const { layer } of graph.calls) placeOf(root, layer);
  for (const weight of graph.weights.values()) {
    if (weight.kind === 'constant') continue;
    placeOf(root, weight.owner).taken.add(weight.part ?? weight.role);
  }
  return (layer) => {
    let place = root;
    return layer.map((segment) => {
      place.names ??= pythonIdentifiers(place.children.keys(), place.taken);
      const name = place.names.get(segment);
      const child = place.children.get(segment);
      invariant(name !== undefined && child !== undefined, `no call or weight belongs to layer ${layer.join('/')}`);
      place = child;
      return name;
    });
  };
}

/** What of a graph, or of the program it became, gives modules their names. */
export interface NamedPlaces {
  readonly calls: readonly { readonly layer: Path }[];
  readonly weights: { values(): Iterable<Pick<Weight, 'kind' | 'owner' | 'part' | 'role'>> };
}

interface Place {
  readonly children: Map<string, Place>;
  /** Parts and roles of weights that the layer owns itself. */
  readonly taken: Set<string>;
  names?: Map<string, string>;
}

function emptyPlace(): Place {
  return { children: new Map(), taken: new Set() };
}

function placeOf(root: Place, path: Path): Place {
  let place = root;
  for (const segment of path) {
    let child = place.children.get(segment);
    if (child === undefined) {
      child = emptyPlace();
      place.children.set(segment, child);
    }
    place = child;
  }
  return place;
}
