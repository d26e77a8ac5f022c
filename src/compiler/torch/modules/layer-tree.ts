import type { Path } from '../../graph/graph.ts';
import { moduleNames } from '../../graph/state-keys.ts';
import type { Program, StateEntry } from '../program.ts';

/** A place in the tree of modules: the model itself, a nested model, a layer, or a part of one (`depthwise`). */
export interface Layer {
  /** Keras' names, a part's name last where it is one. */
  readonly path: Path;
  /** The same as attributes from the model: `['base', 'block_1']`. */
  readonly attributes: readonly string[];
  readonly parent: Layer | undefined;
  /** By Keras' name, in call order. */
  readonly children: Map<string, Layer>;
  /** Parameters and buffers that stand in the layer itself. */
  readonly state: StateEntry[];
  /** The Keras class of its calls; undefined for a nested model whose calls aren't told, and for a part. */
  className: string | undefined;
  /** How often it is called; 0 where only layers in it are. */
  calls: number;
}

/** The layers of a program, by calls and by the owners of its state, and the layer that each key belongs to. */
export interface LayerTree {
  readonly root: Layer;
  readonly owners: ReadonlyMap<string, Layer>;
}

export function layerTree(program: Program): LayerTree {
  const entries = program.state.filter((entry) => entry.kind !== 'constant');
  const namesOf = moduleNames({ calls: program.calls, weights: { values: () => entries } });
  const root = emptyLayer([], [], undefined);
  for (const call of program.calls) {
    const layer = reach(root, call.layer, namesOf(call.layer));
    layer.className = call.className;
    layer.calls = Math.max(layer.calls, call.index + 1);
  }
  const owners = new Map<string, Layer>();
  for (const entry of entries) {
    const part = entry.part === undefined ? [] : [entry.part];
    const layer = reach(root, [...entry.owner, ...part], [...namesOf(entry.owner), ...part]);
    layer.state.push(entry);
    owners.set(entry.key, layer);
  }
  return { root, owners };
}

/** The layer at `path`, as far as the tree goes. */
export function layersAlong(root: Layer, path: Path): readonly Layer[] {
  const layers: Layer[] = [];
  let layer: Layer | undefined = root;
  for (const segment of path) {
    layer = layer.children.get(segment);
    if (layer === undefined) break;
    layers.push(layer);
  }
  return layers;
}

/** The attribute that a key names in its owner: `weight`. */
export function attributeName(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

function reach(root: Layer, path: Path, attributes: readonly string[]): Layer {
  let layer = root;
  path.forEach((segment, index) => {
    let child = layer.children.get(segment);
    if (child === undefined) {
      child = emptyLayer(path.slice(0, index + 1), attributes.slice(0, index + 1), layer);
      layer.children.set(segment, child);
    }
    layer = child;
  });
  return layer;
}

function emptyLayer(path: Path, attributes: readonly string[], parent: Layer | undefined): Layer {
  return { path, attributes, parent, children: new Map(), state: [], className: undefined, calls: 0 };
}
