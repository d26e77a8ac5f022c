import type { Argument, Program, Statement, Variable } from '../program.ts';

/** Every variable an argument reads. */
export function readVariables(argument: Argument): readonly Variable[] {
  if (argument.kind === 'variable') return [argument.variable];
  return argument.kind === 'tensors' ? argument.items.flatMap(readVariables) : [];
}

/** Every state entry an argument reads. */
export function readKeys(argument: Argument): readonly string[] {
  if (argument.kind === 'state') return [argument.key];
  return argument.kind === 'tensors' ? argument.items.flatMap(readKeys) : [];
}

/** How often each variable is read, by id: by statements, and once each as an output and as a tap. */
export function countReaders(program: Program): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const count = ({ id }: Variable): void => void counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const statement of program.body) for (const argument of statement.arguments) readVariables(argument).forEach(count);
  for (const { variable } of program.outputs) count(variable);
  for (const { variable } of program.taps.values()) count(variable);
  return counts;
}

/** The statement that makes each variable, by id. */
export function producers(program: Program): ReadonlyMap<number, Statement> {
  return new Map(program.body.flatMap((statement) => statement.results.map((result) => [result.id, statement] as const)));
}

/** The first id no variable has. */
export function nextVariableId(program: Program): number {
  const ids = [...program.inputs, ...program.body.flatMap(({ results }) => results)].map(({ id }) => id);
  return ids.reduce((highest, id) => Math.max(highest, id), -1) + 1;
}
