import type { Argument, Statement } from '../program.ts';

/** The keys that a statement reads, in the order of its arguments. */
export function keysOf(statement: Statement): readonly string[] {
  const keys = (argument: Argument): readonly string[] => {
    if (argument.kind === 'state') return [argument.key];
    return argument.kind === 'tensors' ? argument.items.flatMap(keys) : [];
  };
  return statement.arguments.flatMap(keys);
}
