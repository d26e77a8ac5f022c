import { invariant } from '../../../core/errors.ts';
import { pythonIdentifiers } from '../../graph/python-identifiers.ts';
import { type AtenParameter, atenOperator } from '../aten.ts';
import type { Argument, Program, StateEntry, Statement } from '../program.ts';
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
 */
export function printTorchScript(program: Program): TorchScriptModule {
  const className = pythonIdentifiers([program.model.name]).get(program.model.name) ?? 'Model';
  const attributeNames = pythonIdentifiers(
    program.state.map(({ key }) => key),
    ['training', 'forward'],
  );
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
    ...printForward(program, className, attributeNames),
    '',
  ].join('\n');
  const version = program.body.reduce((highest, { op }) => Math.max(highest, atenOperator(op).version ?? BASE_VERSION), BASE_VERSION);
  return { className, code, attributes, version };
}

function printForward(program: Program, className: string, attributes: ReadonlyMap<string, string>): readonly string[] {
  const names = variableNames([...program.inputs, ...program.body.flatMap(({ results }) => results)]);
  const nameOf = ({ id }: { readonly id: number }): string => {
    const name = names.get(id);
    invariant(name !== undefined, `variable ${id} is read before it is made`);
    return name;
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
  const outputs = program.outputs.map(({ variable }) => nameOf(variable));
  const single = outputs.length === 1;
  return [
    `  def forward(self: __torch__.${className}${parameters}) -> ${single ? 'Tensor' : `Tuple[${outputs.map(() => 'Tensor').join(', ')}]`}:`,
    ...program.body.map((statement) => `    ${printResults(statement, nameOf)} = ${printCall(statement, print)}`),
    `    return ${single ? outputs[0] : `(${outputs.join(', ')})`}`,
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
