import type { ForwardStatement, LocalArgument } from '../modules/module-class.ts';
import type { Variable } from '../program.ts';
import { isMerge } from './aten-expression.ts';

/** The variables that a statement reads, in the order they are written. */
export function readBy({ operation }: ForwardStatement): readonly Variable[] {
  return (operation.kind === 'module' ? operation.inputs : operation.arguments).flatMap(variablesOf);
}

/** Whether branches meet in a statement. */
export function isMergeStatement({ operation }: ForwardStatement): boolean {
  return operation.kind === 'aten' && isMerge(operation.op, operation.arguments);
}

function variablesOf(argument: LocalArgument): readonly Variable[] {
  if (argument.kind === 'variable') return [argument.variable];
  return argument.kind === 'tensors' ? argument.items.flatMap(variablesOf) : [];
}
