import type { Shape } from '../graph.ts';

/**
 * Sizes that only the data decides: one name each, from the node's name. Two nodes of one name would share them, so
 * whatever emits such a node names it apart.
 */
export function unknownSizes(node: string, rank: number): Shape {
  return Array.from({ length: rank }, (_, axis) => `${node}#${axis}`);
}
