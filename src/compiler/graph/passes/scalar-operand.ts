import { constantNumbers, isConstant } from '../evaluate.ts';
import type { Graph, Node, ValueId } from '../graph.ts';

/** A node of two operands, one of them a constant of one element, on either side. */
export interface ScalarOperation {
  readonly operand: ValueId;
  readonly scalar: number;
}

/** Reads `node` as `op` of something and a scalar; `second`: the scalar must be the second operand (Sub, Div). */
export function scalarOperation(graph: Graph, node: Node | undefined, op: string, side: 'either' | 'second' = 'either'): ScalarOperation | undefined {
  const [left, right] = node?.inputs ?? [];
  if (node?.op !== op || left == null || right == null) return undefined;
  const second = scalarOf(graph, right);
  if (second !== undefined) return { operand: left, scalar: second };
  const first = side === 'either' ? scalarOf(graph, left) : undefined;
  return first === undefined ? undefined : { operand: right, scalar: first };
}

/** The number of a constant of ours with one element; a parameter isn't one: it may be trained. */
export function scalarOf(graph: Graph, value: ValueId | null | undefined): number | undefined {
  if (value === null || value === undefined || !isConstant(graph, value)) return undefined;
  const weight = graph.weights.get(value);
  if (weight?.kind !== 'constant' || weight.source.shape.some((size) => size !== 1)) return undefined;
  return constantNumbers(graph, value)[0];
}
