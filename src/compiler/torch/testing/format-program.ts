import type { Argument, Program, Variable } from '../program.ts';

/** One line a statement, for snapshots: `bn_Conv1 [N, 8, 8, 8] = batch_norm(Conv1, @bn_Conv1.weight, …)`. */
export function formatProgram(program: Program): readonly string[] {
  const state = program.state.map(({ key, kind, trainable, shape }) => `${kind}${trainable ? ' trainable' : ''} ${key} [${shape.join(', ')}]`);
  const body = program.body.map(
    ({ op, arguments: args, results }) => `${results.map(typed).join(', ')} = ${op}(${args.map(formatArgument).join(', ')})`,
  );
  const outputs = program.outputs.map(({ portName, variable }) => `return ${portName} = ${name(variable)} ${variable.dtype}`);
  return [...state, ...body, ...outputs];
}

function name({ id, name }: Variable): string {
  return `${name}%${id}`;
}

function typed(variable: Variable): string {
  return `${name(variable)} ${variable.dtype === 'float32' ? '' : variable.dtype}[${variable.shape.join(', ')}]`;
}

export function formatArgument(argument: Argument): string {
  switch (argument.kind) {
    case 'variable':
      return name(argument.variable);
    case 'state':
      return `@${argument.key}`;
    case 'tensors':
      return `[${argument.items.map(formatArgument).join(', ')}]`;
    case 'ints':
      return `[${argument.values.join(', ')}]`;
    case 'training':
      return 'training';
    case 'none':
      return 'None';
    case 'float':
      return Number.isInteger(argument.value) ? `${argument.value}.` : String(argument.value);
    default:
      return String(argument.value);
  }
}
