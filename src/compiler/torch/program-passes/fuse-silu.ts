import type { Program, Statement } from '../program.ts';
import { mergeCalls } from './fuse-linear-bias.ts';
import { countReaders, producers } from './rewrite.ts';

/** `x * sigmoid(x)`, the sigmoid read by nothing else, is silu (Keras' swish). */
export function fuseSilu(program: Program): Program {
  const readers = countReaders(program);
  const made = producers(program);
  const absorbed = new Set<Statement>();
  const body = program.body.map((statement): Statement => {
    const [left, right] = statement.arguments;
    if (statement.op !== 'mul' || left?.kind !== 'variable' || right?.kind !== 'variable') return statement;
    for (const [input, gate] of [
      [left, right],
      [right, left],
    ] as const) {
      const sigmoid = made.get(gate.variable.id);
      const argument = sigmoid?.arguments[0];
      if (sigmoid?.op !== 'sigmoid' || argument?.kind !== 'variable' || argument.variable.id !== input.variable.id) continue;
      if (readers.get(gate.variable.id) !== 1) continue;
      absorbed.add(sigmoid);
      return { op: 'silu', arguments: [input], results: statement.results, calls: mergeCalls(sigmoid.calls, statement.calls) };
    }
    return statement;
  });
  return { ...program, body: body.filter((statement) => !absorbed.has(statement)) };
}
