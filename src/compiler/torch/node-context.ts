import { type DType, isFloat } from '../../core/dtypes.ts';
import { invariant, TorchliftError } from '../../core/errors.ts';
import type { ConstantExpressions } from '../graph/constant-expressions.ts';
import { isConstant } from '../graph/evaluate.ts';
import type { AttributeValue, Graph, Node, Shape, Value, ValueId } from '../graph/graph.ts';
import { moduleWeight } from '../graph/module-weight.ts';
import { type Literal, type Operand, toArgument, variable } from './argument.ts';
import { type AtenName, atenOperator } from './aten.ts';
import type { LoweringContext } from './lowering.ts';
import type { Argument, Statement, Variable } from './program.ts';
import { shortestFloat32 } from './shortest-float32.ts';
import { smallNumbers } from './small-numbers.ts';
import type { Reader } from './state-builder.ts';

/** Ends the lowering of one node; the others go on, so that all findings are reported together. */
export class UnsupportedNode extends Error {}

/** What a context asks of the run that it is part of. */
export interface LoweringRun {
  readonly graph: Graph;
  readonly mode: 'train' | 'inference';
  readonly constants: ConstantExpressions;
  value(id: ValueId): Value;
  /** The tensor that a value is at this point of the program. `reader` names a constant by its place (the bias of a Conv). */
  operand(id: ValueId, reader?: Reader): Operand;
  /** A new variable. */
  variable(value: Pick<Value, 'name' | 'dtype' | 'shape'>): Variable;
  append(statement: Statement): void;
  /** `self.training` where all calls of the node follow the module's mode. */
  training(node: Node): Argument;
}

/** What the lowering of `node` sees. */
export class NodeContext implements LoweringContext {
  readonly #run: LoweringRun;
  readonly #node: Node;

  constructor(run: LoweringRun, node: Node) {
    this.#run = run;
    this.#node = node;
  }

  get mode(): 'train' | 'inference' {
    return this.#run.mode;
  }

  get training(): Argument {
    return this.#run.training(this.#node);
  }

  has(index: number): boolean {
    return (this.#node.inputs[index] ?? null) !== null;
  }

  tensor(index: number): Operand {
    return this.#run.operand(this.value(index).id, { node: this.#node, index });
  }

  optionalTensor(index: number): Operand | null {
    return this.has(index) ? this.tensor(index) : null;
  }

  moduleWeight(): Operand | undefined {
    const weight = moduleWeight(this.#node, this.#run.constants);
    return weight === undefined ? undefined : this.#run.operand(weight, { node: this.#node, index: 1 });
  }

  value(index: number): Value {
    const id = this.#node.inputs[index];
    invariant(id !== null && id !== undefined, `${this.#node.name}: ${this.#node.op} has no input ${index}`);
    return this.#run.value(id);
  }

  output(index = 0): Value {
    const id = this.#node.outputs[index];
    invariant(id !== undefined, `${this.#node.name}: ${this.#node.op} has no output ${index}`);
    return this.#run.value(id);
  }

  staticShape(index: number): readonly number[] {
    return this.#static(this.value(index).shape);
  }

  numbers(index: number): readonly number[] | undefined {
    return this.numbersOf(this.value(index).id);
  }

  numbersOf(value: ValueId): readonly number[] | undefined {
    const { constants, graph } = this.#run;
    if (!isConstant(graph, value) || constants.weights(value).length > 0) return undefined;
    return smallNumbers(graph, value);
  }

  constant(index: number): readonly number[] {
    return this.numbers(index) ?? this.unsupported(`its input ${index} (${this.value(index).name}) isn't constant`);
  }

  isFilledWith(index: number, number: number): boolean {
    return this.numbers(index)?.every((element) => element === number) ?? false;
  }

  staticOutputShape(index = 0): readonly number[] {
    return this.#static(this.output(index).shape);
  }

  int(attribute: string, fallback?: number): number {
    return this.#attribute(attribute, fallback, Number.isInteger) as number;
  }

  float(attribute: string, fallback?: number): number {
    return shortestFloat32(this.#attribute(attribute, fallback, (value) => typeof value === 'number') as number);
  }

  string(attribute: string, fallback?: string): string {
    return this.#attribute(attribute, fallback, (value) => typeof value === 'string') as string;
  }

  ints(attribute: string, fallback?: readonly number[]): readonly number[] {
    const areIntegers = (value: unknown): boolean => Array.isArray(value) && value.every(Number.isInteger);
    return this.#attribute(attribute, fallback, areIntegers) as readonly number[];
  }

  hasAttribute(attribute: string): boolean {
    return this.#node.attributes[attribute] !== undefined;
  }

  axis(attribute: string, rank: number, fallback?: number): number {
    const axis = this.int(attribute, fallback);
    const result = axis < 0 ? axis + rank : axis;
    if (result < 0 || result >= Math.max(rank, 1)) this.unsupported(`${attribute} ${axis} of a tensor of rank ${rank}`);
    return result;
  }

  emit(op: AtenName, args: readonly Literal[], result: { readonly name?: string; readonly dtype?: DType; readonly shape?: Shape } = {}): Operand {
    const output = this.#run.variable({ ...this.output(), ...result });
    this.#append(op, args, [output]);
    return variable(output);
  }

  emitList(op: AtenName, args: readonly Literal[]): readonly Operand[] {
    const results = this.#node.outputs.map((_, index) => this.#run.variable(this.output(index)));
    this.#append(op, args, results);
    return results.map(variable);
  }

  unsupported(what: string): never {
    throw new UnsupportedNode(what);
  }

  #static(shape: Shape): readonly number[] {
    const free = shape.find((size) => typeof size === 'string');
    if (free !== undefined) this.unsupported(`the size ${free} of [${shape.join(', ')}] isn't fixed`);
    return shape as readonly number[];
  }

  #append(op: AtenName, args: readonly Literal[], results: readonly Variable[]): void {
    const { parameters } = atenOperator(op);
    const place = `${this.#node.name}: ${op}`;
    invariant(args.length === parameters.length, `${place}: ${args.length} arguments for ${parameters.length} parameters`);
    const integral = this.has(0) && !isFloat(this.value(0).dtype);
    this.#run.append({
      op,
      arguments: args.map((argument, index) => {
        const [name, type] = parameters[index] as (typeof parameters)[number];
        return toArgument(argument, type, integral, `${place}, ${name}`);
      }),
      results,
      calls: this.#node.calls,
    });
  }

  #attribute(key: string, fallback: AttributeValue | undefined, isRight: (value: unknown) => boolean): AttributeValue {
    const value = this.#node.attributes[key] ?? fallback;
    if (value === undefined || !isRight(value)) {
      throw new TorchliftError('internal', { what: `${this.#node.name}: ${this.#node.op} has ${key} = ${JSON.stringify(value)}` });
    }
    return value;
  }
}
