import type { ValueId } from '../graph.ts';
import type { Pass } from './pass.ts';
import { Rewriter } from './rewriter.ts';

/**
 * Drops nodes that neither an output nor a tap needs, and our own constants that nothing reads. Parameters and buffers stay:
 * a `state_dict` is complete.
 */
export const eliminateDeadNodes: Pass = {
  name: 'eliminate-dead-nodes',
  run(graph) {
    const live = new Set<ValueId>(graph.outputs.map((port) => port.value));
    for (const { tap } of graph.calls) if ('value' in tap) live.add(tap.value);
    for (const node of [...graph.nodes].reverse()) {
      if (!node.outputs.some((output) => live.has(output))) continue;
      for (const input of node.inputs) if (input !== null) live.add(input);
    }
    const keepsWeight = (id: ValueId): boolean => live.has(id) || graph.weights.get(id)?.kind !== 'constant';
    const nodes = graph.nodes.filter((node) => node.outputs.some((output) => live.has(output)));
    const weights = new Map([...graph.weights].filter(([id]) => keepsWeight(id)));
    if (nodes.length === graph.nodes.length && weights.size === graph.weights.size) return graph;
    return new Rewriter({ ...graph, nodes, weights }).rewrite(() => undefined);
  },
};
