import { invariant } from '../../../core/errors.ts';
import { pythonIdentifiers } from '../../graph/python-identifiers.ts';
import { type AtenParameter, atenOperator } from '../aten.ts';
import type { Argument, Program, StateEntry, Statement, Variable } from '../program.ts';
import { printLiteral } from './literals.ts';
import { variableNames } from './variable-names.ts';

export interface TorchScriptModule {
  /** The class stands in `__torch__` under this name. */
  readonly className: string;
  /** The text of `code/__torch__.py`. */
  readonly code: string;
  /** In the order of the class's attributes, after `training`. */
  readonly attributes: readonly { readonly name: string; readonly entry: StateEntry }[];
  /** What the archive's `version` has to say for the operators to mean what they mean here. */
  readonly version: number;
}

/** Version 3 is the first whose zip archives torch still reads as they are; newer ones only say that an operator has its newer meaning. */
const BASE_VERSION = 3;

/**
 * A program in the dialect that `torch.jit.load` parses (2.1.0 and 2.13.0): one flat class, each parameter of each operator explicit.
 * Parameters and buffers keep their kind; constants of ours are buffers, so that they follow `.to(device)`.
 *
 * @param tapped the same model over the same state with its taps. Where it has any, it becomes a second method,
 * `layers(inputs…) -> List[Tensor]`: the taps in the order of `taps`, in the axis order of the program's own variables.
 */
export function printTorchScript(program: Program, tapped?: Program): TorchScriptModule {
  const className = pythonIdentifiers([program.model.name]).get(program.model.name) ?? 'Model';
  const attributeNames = pythonIdentifiers(
    program.state.map(({ key }) => key),
    ['training', 'forward', 'layers'],
  );
  const outputs = program.outputs.map(({ variable }) => variable);
  const taps = [...(tapped?.taps.values() ?? [])].map(({ variable }) => variable);
  const methods: Method[] = [{ name: 'forward', program, returns: outputs, form: outputs.length === 1 ? 'single' : 'tuple' }];
  if (tapped !== undefined && taps.length > 0) methods.push({ name: 'layers', program: tapped, returns: taps, form: 'list' });
  const attributes = program.state.map((entry) => ({ name: attributeNames.get(entry.key) as string, entry }));
  const list = (isParameter: boolean): string =>
    `[${attributes
      .filter(({ entry }) => (entry.kind === 'parameter') === isParameter)
      .map(({ name }) => `"${name}", `)
      .join('')}]`;
  const code = [
    `class ${className}(Module):`,
    `  __parameters__ = ${list(true)}`,
    `  __buffers__ = ${list(false)}`,
    '  training : bool',
    ...attributes.map(({ name }) => `  ${name} : Tensor`),
    ...methods.flatMap((method) => printMethod(method, className, attributeNames)),
    '',
  ].join('\n');
  const bodies = [...program.body, ...(tapped?.body ?? [])];
  const version = bodies.reduce((highest, { op }) => Math.max(highest, atenOperator(op).version ?? BASE_VERSION), BASE_VERSION);
  return { className, code, attributes, version };
}

interface Method {
  readonly name: string;
  readonly program: Program;
  readonly returns: readonly Variable[];
  readonly form: 'single' | 'tuple' | 'list';
}

/** How a method's type and its return statement say what it gives. */
const FORMS: Readonly<Record<Method['form'], (names: readonly string[]) => { readonly type: string; readonly value: string }>> = {
  single: ([name = '']) => ({ type: 'Tensor', value: name }),
  tuple: (names) => ({ type: `Tuple[${names.map(() => 'Tensor').join(', ')}]`, value: `(${names.join(', ')})` }),
  list: (names) => ({ type: 'List[Tensor]', value: `[${names.join(', ')}]` }),
};

function printMethod({ name, program, returns, form }: Method, className: string, attributes: ReadonlyMap<string, string>): readonly string[] {
  const names = variableNames([...program.inputs, ...program.body.flatMap(({ results }) => results)]);
  const nameOf = ({ id }: { readonly id: number }): string => {
    const local = names.get(id);
    invariant(local !== undefined, `variable ${id} is read before it is made`);
    return local;
  };
  const print = (argument: Argument): string => {
    switch (argument.kind) {
      case 'variable':
        return nameOf(argument.variable);
      case 'state':
        return `self.${attributes.get(argument.key)}`;
      case 'tensors':
        return `[${argument.items.map(print).join(', ')}]`;
      case 'training':
        return 'self.training';
      default:
        return printLiteral(argument);
    }
  };
  const parameters = program.inputs.map((input) => `,\n    ${nameOf(input)}: Tensor`).join('');
  const { type, value } = FORMS[form](returns.map(nameOf));
  return [
    `  def ${name}(self: __torch__.${className}${parameters}) -> ${type}:`,
    ...program.body.map((statement) => `    ${printResults(statement, nameOf)} = ${printCall(statement, print)}`),
    `    return ${value}`,
  ];
}

function printResults({ op, results }: Statement, nameOf: (variable: { readonly id: number }) => string): string {
  // A list is unpacked into exactly as many names; the comma says so where there is one.
  return atenOperator(op).results === 'list' ? `${results.map(nameOf).join(', ')},` : results.map(nameOf).join(', ');
}

function printCall({ op, arguments: args }: Statement, print: (argument: Argument) => string): string {
  const { name = op, parameters } = atenOperator(op);
  const printed = args.map((argument, index) => {
    const [parameter, , options] = parameters[index] as AtenParameter;
    return options?.keyword ? `${parameter}=${print(argument)}` : print(argument);
  });
  return `torch.${name}(${printed.join(', ')})`;
}
