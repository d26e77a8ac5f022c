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
 * A model's calls in an order that can be run: always the first in the file whose inputs are there. Layers may feed each other in a
 * cycle (`a(b(a(x)))`) as long as calls don't; a cycle of calls is malformed.
 */
export function orderNodes(model: ModelConfig, offsets: ReadonlyMap<string, number>, source: ConfigSource, path: readonly string[]): OrderedNode[] {
  const nodes = model.layers.flatMap((layer) => layer.nodes.map((node, position) => ({ layer, node, key: nodeKey(layer.name, position) })));
  const inputLayers = new Set(model.layers.filter((layer) => layer.className === 'InputLayer').map((layer) => layer.name));
  const rank = new Map(nodes.map(({ key }, index) => [key, index]));
  const waiting = nodes.map(() => 0);
  const followers = nodes.map((): number[] => []);
  nodes.forEach(({ node }, index) => {
    for (const reference of referencesOfNode(node)) {
      if (inputLayers.has(reference.layer)) continue;
      const before = rank.get(positionKey(reference, offsets));
      if (before === undefined) continue;
      waiting[index] = (waiting[index] ?? 0) + 1;
      followers[before]?.push(index);
    }
  });
  const ready = new MinHeap();
  waiting.forEach((count, index) => {
    if (count === 0) ready.push(index);
  });
  const ordered: OrderedNode[] = [];
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    const node = nodes[index];
    if (node !== undefined) ordered.push(node);
    for (const follower of followers[index] ?? []) {
      const left = (waiting[follower] ?? 0) - 1;
      waiting[follower] = left;
      if (left === 0) ready.push(follower);
    }
  }
  if (ordered.length < nodes.length) {
    const stuck = nodes.find((_, index) => (waiting[index] ?? 0) > 0);
    throw source.malformed('its call waits for its own result: the calls form a cycle', [...path, stuck?.layer.name ?? '']);
  }
  return ordered;
}

export function positionKey(reference: TensorReference, offsets: ReadonlyMap<string, number>): string {
  return nodeKey(reference.layer, reference.node - (offsets.get(reference.layer) ?? 0));
}

/** Smallest first. */
class MinHeap {
  readonly #items: number[] = [];

  push(item: number): void {
    this.#items.push(item);
    let child = this.#items.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (this.#at(parent) <= this.#at(child)) return;
      this.#swap(parent, child);
      child = parent;
    }
  }

  pop(): number | undefined {
    const top = this.#items[0];
    const last = this.#items.pop();
    if (top === undefined || last === undefined || this.#items.length === 0) return top;
    this.#items[0] = last;
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      const smallest = [parent, left, left + 1].filter((index) => index < this.#items.length).reduce((a, b) => (this.#at(b) < this.#at(a) ? b : a));
      if (smallest === parent) return top;
      this.#swap(parent, smallest);
      parent = smallest;
    }
  }

  #at(index: number): number {
    return this.#items[index] ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const item = this.#at(a);
    this.#items[a] = this.#at(b);
    this.#items[b] = item;
  }
}
