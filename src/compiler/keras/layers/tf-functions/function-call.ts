import { isFloat } from '../../../../core/dtypes.ts';
import type { Dim, Shape, ValueId } from '../../../graph/graph.ts';
import { readLiteral } from '../literal.ts';
import { constantLike, type Emitter } from '../nodes.ts';
import { absorbShapeValue, type ShapeValue } from './shape-values.ts';

/** One of TensorFlow's functions as a layer: `tf.nn.relu`, `x + y`. The names are those TensorFlow exports, over its versions. */
export interface TfFunction {
  readonly names: readonly string[];
  /** The arguments after the first that are understood; any other that is given refuses the call. */
  readonly parameters: readonly string[];
  emit(call: FunctionCall): ValueId | readonly ValueId[];
}

/** The arguments of one call of a function: tensors, and constants that the config holds. */
export class FunctionCall {
  readonly context: Emitter;
  readonly #name: string;

  constructor(context: Emitter, name: string, parameters: readonly string[]) {
    this.context = context;
    this.#name = name;
    for (const [key, value] of Object.entries(context.arguments)) {
      // `name` only names the operation.
      if (key === 'name' || value === null || value === undefined || parameters.includes(key)) continue;
      this.refuse(`the argument ${key}`);
    }
  }

  /** The first argument, which must be a tensor. */
  get tensor(): ValueId {
    return asTensor(this.context.firstArgument) ?? this.refuse('a first argument that is not a tensor');
  }

  /** The first argument as a list (`tf.concat([x, y], …)`); a list of one may stand without brackets. */
  get list(): readonly unknown[] {
    const { firstArgument } = this.context;
    return Array.isArray(firstArgument) ? firstArgument : [firstArgument];
  }

  raw(key: string): unknown {
    return Object.hasOwn(this.context.arguments, key) ? this.context.arguments[key] : undefined;
  }

  has(key: string): boolean {
    const value = this.raw(key);
    return value !== null && value !== undefined;
  }

  number(key: string, fallback?: number): number {
    if (!this.has(key) && fallback !== undefined) return fallback;
    const value = this.raw(key);
    return typeof value === 'number' ? value : this.refuse(`${key} ${short(value)}`);
  }

  boolean(key: string, fallback: boolean): boolean {
    if (!this.has(key)) return fallback;
    const value = this.raw(key);
    return typeof value === 'boolean' ? value : this.refuse(`${key} ${short(value)}`);
  }

  string(key: string, fallback: string): string {
    if (!this.has(key)) return fallback;
    const value = this.raw(key);
    return typeof value === 'string' ? value : this.refuse(`${key} ${short(value)}`);
  }

  integers(key: string): readonly number[] {
    const value = this.raw(key);
    if (Array.isArray(value) && value.every((item) => Number.isSafeInteger(item))) return value;
    return this.refuse(`${key} ${short(value)}`);
  }

  /** Sizes (at least -1): numbers, or what `tf.shape` gave, which may have names. */
  sizes(key: string): readonly Dim[] {
    const value = this.raw(key);
    const { builder, call } = this.context;
    const absorb = (tensor: ValueId): ShapeValue => absorbShapeValue(builder, tensor, call) ?? this.refuse(`a ${key} that is computed`);
    const whole = asTensor(value);
    if (whole !== undefined) return absorb(whole).dims;
    if (!Array.isArray(value)) return this.refuse(`${key} ${short(value)}`);
    return value.map((item): Dim => {
      if (Number.isSafeInteger(item) && item >= -1) return item;
      const tensor = asTensor(item);
      const known = tensor === undefined ? undefined : absorb(tensor);
      return known?.isScalar ? (known.dims[0] as Dim) : this.refuse(`a ${key} that is computed`);
    });
  }

  /** One axis of a tensor of rank `rank`, counted from the front. */
  axis(key: string, rank: number, fallback?: number): number {
    return this.toAxis(this.number(key, fallback), rank);
  }

  toAxis(given: unknown, rank: number): number {
    const axis = typeof given === 'number' && given < 0 ? given + rank : given;
    if (typeof axis === 'number' && Number.isInteger(axis) && axis >= 0 && axis < rank) return axis;
    return this.refuse(`axis ${short(given)} of a tensor of rank ${rank}`);
  }

  /** None, one or several axes; all where none is given. */
  axes(key: string, rank: number): readonly number[] {
    const value = this.raw(key);
    if (value === null || value === undefined) return Array.from({ length: rank }, (_, axis) => axis);
    return (Array.isArray(value) ? value : [value]).map((axis) => this.toAxis(axis, rank)).sort((a, b) => a - b);
  }

  /** Two operands of one dtype; at least one is a tensor, whose dtype a constant takes. */
  operands(left: unknown, right: unknown): readonly [ValueId, ValueId] {
    const like = asTensor(left) ?? asTensor(right);
    if (like === undefined) return this.refuse('two constants');
    const [a, b] = [this.operand(left, like), this.operand(right, like)];
    const [first, second] = [this.context.builder.value(a).dtype, this.context.builder.value(b).dtype];
    if (first !== second) return this.refuse(`operands of ${first} and ${second}`);
    return [a, b];
  }

  /** A tensor, or a constant of `like`'s dtype. */
  operand(argument: unknown, like: ValueId): ValueId {
    const tensor = asTensor(argument);
    if (tensor !== undefined) return tensor;
    const literal = readLiteral(argument);
    return literal === undefined ? this.refuse(`the operand ${short(argument)}`) : constantLike(this.context, like, literal.data, literal.shape);
  }

  /** What only floats can do here. */
  expectFloat(value: ValueId): ValueId {
    const { dtype } = this.context.builder.value(value);
    return isFloat(dtype) ? value : this.refuse(`a tensor of ${dtype}`);
  }

  shape(value: ValueId): Shape {
    return this.context.shape(value);
  }

  node(op: string, inputs: readonly (ValueId | null)[], attributes?: Parameters<Emitter['node']>[2]): ValueId {
    return this.context.node(op, inputs, attributes);
  }

  refuse(what: string): never {
    return this.context.unsupported(`tf.${this.#name} with ${what}`);
  }
}

export function asTensor(argument: unknown): ValueId | undefined {
  if (typeof argument !== 'object' || argument === null || Array.isArray(argument)) return undefined;
  const { tensor } = argument as { tensor?: unknown };
  return typeof tensor === 'number' ? (tensor as ValueId) : undefined;
}

function short(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
}
