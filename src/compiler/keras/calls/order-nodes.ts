import type { ConfigSource } from '../dialect/config-source.ts';
import type { LayerConfig, ModelConfig, TensorReference } from '../dialect/model-config.ts';
import { referencesOfNode } from './references.ts';

/** One call of a layer within its model, before nested models are written out. */
export interface OrderedNode {
  readonly layer: LayerConfig;
  readonly node: LayerConfig['nodes'][number];
  readonly key: string;
}

function nodeKey(layer: string, position: number): string {
  return `${position}:${layer}`;
}

/**
 * A model's calls in the order in which Keras runs them: it decides what a call in inference mode sees of the statistics that another call
 * of the same BatchNormalization moves. Calls that no output needs come last. Layers may feed each other in a cycle (`a(b(a(x)))`) as long
 * as calls don't; a cycle of calls is malformed.
 */
export function orderNodes(model: ModelConfig, offsets: ReadonlyMap<string, number>, source: ConfigSource, path: readonly string[]): OrderedNode[] {
  const nodes = model.layers.flatMap((layer) => layer.nodes.map((node, position) => ({ layer, node, key: nodeKey(layer.name, position) })));
  const inputLayers = new Set(model.layers.filter((layer) => layer.className === 'InputLayer').map((layer) => layer.name));
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const find = (reference: TensorReference) => (inputLayers.has(reference.layer) ? undefined : byKey.get(positionKey(reference, offsets)));
  const parents = new Map(nodes.map((node) => [node, referencesOfNode(node.node).flatMap((reference) => find(reference) ?? [])]));
  const finished = new Set<OrderedNode>();
  const walk = (roots: readonly OrderedNode[]) => {
    const before = finished.size;
    for (const root of roots)
      visitAfterParents(root, parents, finished, (stuck) => {
        throw source.malformed('its call waits for its own result: the calls form a cycle', [...path, stuck.layer.name]);
      });
    return [...finished].slice(before);
  };
  const living = walk(model.outputs.flatMap((reference) => find(reference) ?? []));
  return [...byDepth(living, parents), ...walk(nodes)];
}

type Parents = ReadonlyMap<OrderedNode, readonly OrderedNode[]>;

/** Depth first, without recursion: a file may chain more calls than a stack holds. */
function visitAfterParents(root: OrderedNode, parents: Parents, finished: Set<OrderedNode>, onCycle: (stuck: OrderedNode) => never): void {
  const stack = [{ node: root, next: 0 }];
  const inProgress = new Set<OrderedNode>();
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { node } = top;
    if (finished.has(node)) {
      stack.pop();
      continue;
    }
    inProgress.add(node);
    const parent = parents.get(node)?.[top.next++];
    if (parent === undefined) {
      finished.add(node);
      inProgress.delete(node);
      stack.pop();
    } else if (inProgress.has(parent)) onCycle(parent);
    else stack.push({ node: parent, next: 0 });
  }
}

/** Keras' `_map_graph_network` (keras/engine/functional.py of 2.10): deepest first, calls of equal depth in the order in which it meets them. */
function byDepth(living: readonly OrderedNode[], parents: Parents): readonly OrderedNode[] {
  const depths = new Map<OrderedNode, number>();
  const layerDepths = new Map<LayerConfig, number>();
  for (const node of living.toReversed()) {
    const depth = Math.max(depths.get(node) ?? 0, layerDepths.get(node.layer) ?? 0);
    layerDepths.set(node.layer, depth);
    depths.set(node, depth);
    for (const parent of parents.get(node) ?? []) depths.set(parent, Math.max(depth + 1, depths.get(parent) ?? 0));
  }
  return [...depths].sort(([, a], [, b]) => b - a).map(([node]) => node);
}

export function positionKey(reference: TensorReference, offsets: ReadonlyMap<string, number>): string {
  return nodeKey(reference.layer, reference.node - (offsets.get(reference.layer) ?? 0));
}
