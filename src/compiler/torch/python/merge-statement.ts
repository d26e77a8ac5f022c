import type { ForwardStatement } from '../modules/module-class.ts';
import { isMerge } from './aten-expression.ts';

/** Whether branches meet in a statement. */
export function isMergeStatement({ operation }: ForwardStatement): boolean {
  return operation.kind === 'aten' && isMerge(operation.op, operation.arguments);
}
