import type { AtenName } from '../aten.ts';
import type { Argument, Program, StateEntry, Statement, Variable } from '../program.ts';
import { castsToFloat32 } from './float32-outputs.ts';
import { nextVariableId, readKeys, readVariables } from './rewrite.ts';

/** Keep float32 parameters beside an input of lower precision: statistics lose too much in it, and torch takes the mixture. */
const MIXED_OPERATORS = new Set<AtenName>(['batch_norm']);

/**
 * The program computing in `precision` between float32 inputs and outputs: float32 state is held in it, inputs are cast once they
 * have their layout, casts of the model to float32 become casts to it. What `float32Outputs` added stays.
 */
export function lowerPrecision(program: Program, precision: 'bfloat16' | 'float16'): Program {
  const kept = new Set(program.body.flatMap(({ op, arguments: args }) => (MIXED_OPERATORS.has(op) ? args.flatMap(readKeys) : [])));
  const lower = (entry: StateEntry): StateEntry => (entry.dtype === 'float32' && !kept.has(entry.key) ? { ...entry, dtype: precision } : entry);
  const casts = inputCasts(program, precision);
  const replaced = new Map<number, Variable>();
  const body: Statement[] = [];
  const castWhereDue = (variable: Variable): void => {
    const cast = casts.get(variable.id);
    if (cast === undefined) return;
    body.push(cast.statement);
    replaced.set(variable.id, cast.result);
  };
  program.inputs.forEach(castWhereDue);
  for (const statement of program.body) {
    const args = statement.arguments.map((argument) => mapVariables(argument, (variable) => replaced.get(variable.id) ?? variable));
    body.push({
      ...statement,
      arguments: castsToFloat32(statement) && !keepsFloat32(program, statement) ? args.with(1, { kind: 'dtype', value: precision }) : args,
    });
    statement.results.forEach(castWhereDue);
  }
  return { ...program, state: program.state.map(lower), body };
}

/** An output's own cast, or one from float32 to float32: no cast of the model's, it was put in front of a head for this very purpose. */
function keepsFloat32(program: Program, { arguments: args, results }: Statement): boolean {
  const source = args[0];
  if (source?.kind === 'variable' && source.variable.dtype === 'float32') return true;
  return program.outputs.some(({ variable }) => variable.id === results[0]?.id);
}

/** For each variable after which a float32 input is to be cast: the input's only permute, or the input itself. */
function inputCasts(program: Program, precision: 'bfloat16' | 'float16'): ReadonlyMap<number, { statement: Statement; result: Variable }> {
  let id = nextVariableId(program);
  const casts = new Map<number, { statement: Statement; result: Variable }>();
  for (const input of program.inputs) {
    if (input.dtype !== 'float32') continue;
    const readers = program.body.filter(({ arguments: args }) => args.flatMap(readVariables).some((variable) => variable.id === input.id));
    const [only] = readers;
    const isReturned = program.outputs.some(({ variable }) => variable.id === input.id);
    const source = readers.length === 1 && only?.op === 'permute' && !isReturned ? (only.results[0] as Variable) : input;
    const no: Argument = { kind: 'bool', value: false };
    const result: Variable = { ...source, id: id++, dtype: precision };
    const args: Argument[] = [{ kind: 'variable', variable: source }, { kind: 'dtype', value: precision }, no, no, { kind: 'none' }];
    casts.set(source.id, { statement: { op: 'to', arguments: args, results: [result], calls: only?.calls ?? [] }, result });
  }
  return casts;
}

function mapVariables(argument: Argument, map: (variable: Variable) => Variable): Argument {
  if (argument.kind === 'variable') return { kind: 'variable', variable: map(argument.variable) };
  return argument.kind === 'tensors' ? { kind: 'tensors', items: argument.items.map((item) => mapVariables(item, map)) } : argument;
}
