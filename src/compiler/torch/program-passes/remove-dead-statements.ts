import type { Program, Statement } from '../program.ts';
import { readVariables } from './rewrite.ts';

/** Drops what neither an output nor a tap needs. State stays: a parameter belongs to the model even where nothing reads it. */
export function removeDeadStatements(program: Program): Program {
  const needed = new Set([...program.outputs, ...program.taps.values()].map(({ variable }) => variable.id));
  const body: Statement[] = [];
  for (const statement of [...program.body].reverse()) {
    if (!statement.results.some(({ id }) => needed.has(id))) continue;
    for (const argument of statement.arguments) for (const { id } of readVariables(argument)) needed.add(id);
    body.push(statement);
  }
  return { ...program, body: body.reverse() };
}
