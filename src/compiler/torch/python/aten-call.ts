import { type AtenName, atenOperator } from '../aten.ts';
import type { LocalArgument } from '../modules/module-class.ts';
import { type Expression, type Keyword, py } from './syntax.ts';

/** How an argument is written where it stands: a variable by its name or as the expression it is, state by its attribute. */
export type ArgumentPrinter = (argument: LocalArgument) => Expression;

/** One aten call that is to be printed: its arguments by their place in the schema. */
export class AtenCall {
  readonly op: AtenName;
  readonly #args: readonly LocalArgument[];
  readonly #print: ArgumentPrinter;

  constructor(op: AtenName, args: readonly LocalArgument[], print: ArgumentPrinter) {
    this.op = op;
    this.#args = args;
    this.#print = print;
  }

  get parameters() {
    return atenOperator(this.op).parameters;
  }

  get name(): string {
    return atenOperator(this.op).name ?? this.op;
  }

  raw(index: number): LocalArgument {
    return this.#args[index] ?? { kind: 'none' };
  }

  expression(index: number): Expression {
    return this.#print(this.raw(index));
  }

  ints(index: number): readonly number[] {
    const argument = this.raw(index);
    return argument.kind === 'ints' ? argument.values : [];
  }

  int(index: number): number {
    const argument = this.raw(index);
    return argument.kind === 'int' ? argument.value : 0;
  }

  isDefault(index: number): boolean {
    const standard = this.parameters[index]?.[2]?.default;
    const argument = this.raw(index);
    if (standard === undefined) return false;
    if (argument.kind === 'none') return standard === null;
    if (argument.kind === 'ints') {
      return Array.isArray(standard) ? argument.values.join() === standard.join() : argument.values.every((value) => value === standard);
    }
    return 'value' in argument && argument.value === standard;
  }

  /** `negative_slope=0.3`: the arguments from `from` on that aren't the default. */
  keywords(from: number, to = this.parameters.length, write: (index: number) => Expression = (index) => this.expression(index)): Keyword[] {
    return this.parameters
      .map(([name], index) => ({ name, index }))
      .filter(({ index }) => index >= from && index < to && !this.isDefault(index))
      .map(({ name, index }) => ({ name, value: write(index) }));
  }

  /** Sizes of a window: one number where all axes agree. */
  window(index: number): Expression {
    const values = this.ints(index);
    const [first] = values;
    return first !== undefined && values.every((value) => value === first) ? py.int(first) : this.expression(index);
  }
}
