import type { CallId, Graph, Node, ValueId } from './graph.ts';

/** Who reads and who makes each value. */
export interface Uses {
  readonly producers: ReadonlyMap<ValueId, Node>;
  /** One entry for each input slot; a node that reads a value twice stands twice. */
  readonly consumers: (value: ValueId) => readonly Node[];
  /** Is it one of the graph's outputs? */
  readonly isOutput: (value: ValueId) => boolean;
  /** The calls whose tap it is. */
  readonly taps: (value: ValueId) => readonly CallId[];
}

export function findUses(graph: Graph): Uses {
  const producers = new Map<ValueId, Node>();
  const consumers = new Map<ValueId, Node[]>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) producers.set(output, node);
    for (const input of node.inputs) {
      if (input === null) continue;
      const list = consumers.get(input);
      if (list === undefined) consumers.set(input, [node]);
      else list.push(node);
    }
  }
  const taps = new Map<ValueId, CallId[]>();
  for (const { id, tap } of graph.calls) {
    if ('value' in tap) taps.set(tap.value, [...(taps.get(tap.value) ?? []), id]);
  }
  const outputs = new Set(graph.outputs.map((port) => port.value));
  return {
    producers,
    consumers: (value) => consumers.get(value) ?? [],
    isOutput: (value) => outputs.has(value),
    taps: (value) => taps.get(value) ?? [],
  };
}
