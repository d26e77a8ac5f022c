import { isFloat } from '../../../core/dtypes.ts';
import type { AtenName } from '../aten.ts';
import type { Argument, Program, Statement, Variable } from '../program.ts';
import { nextVariableId, producers, readVariables } from './rewrite.ts';

/** Take a dtype in which they compute. */
const DTYPE_ACTIVATIONS = new Set<AtenName>(['softmax', 'log_softmax']);
/** Worth computing in float32: they squeeze logits into scores, where a low precision would show. */
const ACTIVATIONS = new Set<AtenName>([
  'sigmoid',
  'tanh',
  'hardsigmoid',
  'softplus',
  'relu',
  'relu6',
  'clamp',
  'leaky_relu',
  'elu',
  'selu',
  'gelu',
  'silu',
]);
/** Only move elements: the activation is looked for in front of them. */
const MOVES = new Set<AtenName>(['reshape', 'flatten', 'permute', 'squeeze', 'unsqueeze']);

const FLOAT32: Argument = { kind: 'dtype', value: 'float32' };

/**
 * Float outputs come back as float32, under autocast and from weights of a lower precision: the cast stands in front of the head's
 * activation (softmax computes in float32 itself), or at the very end where there is none. In float32 it costs nothing.
 */
export function float32Outputs(program: Program): Program {
  return program.outputs.reduce((current, _, index) => castOutput(current, index), program);
}

function castOutput(program: Program, index: number): Program {
  const output = program.outputs[index];
  if (output === undefined || !isFloat(output.variable.dtype) || output.variable.dtype === 'float64') return program;
  if (program.inputs.some(({ id }) => id === output.variable.id)) return program;
  const made = producers(program);
  const head = findHead(program, output.variable);
  if (head !== undefined && DTYPE_ACTIVATIONS.has(head.op)) return withFloat32Argument(program, head);
  const logits = head?.arguments[0];
  if (head !== undefined && ACTIVATIONS.has(head.op) && logits?.kind === 'variable') {
    if (castsToFloat32(made.get(logits.variable.id))) return program; // another output has cast it
    return withCastBefore(program, head, logits.variable);
  }
  return castsToFloat32(made.get(output.variable.id)) ? program : withCastOfOutput(program, output.variable);
}

/** The statement that makes the output, but for moves; undefined where the rest of the program reads any of it too. */
function findHead(program: Program, output: Variable): Statement | undefined {
  const made = producers(program);
  const reads = new Map<number, number>();
  for (const { arguments: args } of program.body) for (const { id } of args.flatMap(readVariables)) reads.set(id, (reads.get(id) ?? 0) + 1);
  if (reads.has(output.id)) return undefined;
  let head = made.get(output.id);
  while (head !== undefined && MOVES.has(head.op)) {
    const source: Argument | undefined = head.arguments[0];
    if (source?.kind !== 'variable' || reads.get(source.variable.id) !== 1) return undefined;
    head = made.get(source.variable.id);
  }
  return head;
}

export function castsToFloat32(statement: Statement | undefined): boolean {
  const dtype = statement?.op === 'to' ? statement.arguments[1] : undefined;
  return dtype?.kind === 'dtype' && dtype.value === 'float32';
}

function withFloat32Argument(program: Program, head: Statement): Program {
  const replaced = { ...head, arguments: [...head.arguments.slice(0, 2), FLOAT32] };
  return { ...program, body: program.body.map((statement) => (statement === head ? replaced : statement)) };
}

function withCastBefore(program: Program, head: Statement, logits: Variable): Program {
  const [cast, result] = castStatement(program, logits, head.calls);
  const replaced = { ...head, arguments: [{ kind: 'variable', variable: result } as const, ...head.arguments.slice(1)] };
  return { ...program, body: program.body.flatMap((statement) => (statement === head ? [cast, replaced] : [statement])) };
}

function withCastOfOutput(program: Program, output: Variable): Program {
  const [cast, result] = castStatement(program, output, producers(program).get(output.id)?.calls ?? []);
  const outputs = program.outputs.map((port) => (port.variable.id === output.id ? { ...port, variable: result } : port));
  return { ...program, body: [...program.body, cast], outputs };
}

function castStatement(program: Program, source: Variable, calls: Statement['calls']): [Statement, Variable] {
  const result: Variable = { ...source, id: nextVariableId(program), dtype: 'float32' };
  const no: Argument = { kind: 'bool', value: false };
  return [{ op: 'to', arguments: [{ kind: 'variable', variable: source }, FLOAT32, no, no, { kind: 'none' }], results: [result], calls }, result];
}
