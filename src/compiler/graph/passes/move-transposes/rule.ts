import type { Node } from '../../graph.ts';
import type { LayoutState, Placement } from './layout-state.ts';

/**
 * How one kind of node takes operands that come in another order than the framework's: the placements of its outputs, or undefined
 * where it needs them put back (then all inputs are, and the node is copied).
 */
export type Rule = (node: Node, state: LayoutState) => readonly Placement[] | undefined;
