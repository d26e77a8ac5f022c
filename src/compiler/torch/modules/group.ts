import type { Argument, Statement, Variable } from '../program.ts';
import type { Layer } from './layer-tree.ts';

/** What one call of a nested model (or of a layer with a forward of its own) does; the root group is the whole program. */
export interface Group {
  readonly layer: Layer;
  /** Which call of it. */
  readonly invocation: number;
  readonly items: readonly Item[];
  /** Variables from outside, in the order they are read. */
  readonly inputs: readonly Variable[];
  /** Variables read outside, in the order they are made. */
  readonly outputs: readonly Variable[];
}

/** `first`: where in the program's body it starts. */
export type Item = { readonly first: number } & (
  | { readonly kind: 'statement'; readonly statement: Statement }
  | { readonly kind: 'group'; readonly group: Group }
);

/** Variables that an item reads. */
export function readBy(item: Item): readonly Variable[] {
  return item.kind === 'group' ? item.group.inputs : item.statement.arguments.flatMap(variablesOf);
}

/** Variables that an item makes. */
export function madeBy(item: Item): readonly Variable[] {
  return item.kind === 'group' ? item.group.outputs : item.statement.results;
}

/** Where the item's statements stand in the program's body. */
export function positionsOf(item: Item): readonly number[] {
  return item.kind === 'statement' ? [item.first] : item.group.items.flatMap(positionsOf);
}

/** All variables that an argument reads. */
export function variablesOf(argument: Argument): readonly Variable[] {
  if (argument.kind === 'variable') return [argument.variable];
  return argument.kind === 'tensors' ? argument.items.flatMap(variablesOf) : [];
}
