import { invariant } from '../../core/errors.ts';
import type { AtenType } from './aten.ts';
import type { Argument, Variable } from './program.ts';

/** A tensor that a statement can take: computed, or held by the module. */
export type Operand = Extract<Argument, { kind: 'variable' | 'state' }>;

/** An argument as a lowering writes it: a literal becomes an `Argument` by the parameter's type. */
export type Literal = Argument | number | boolean | string | null | readonly number[] | readonly Operand[];

export const NONE: Argument = { kind: 'none' };
/** The usual `alpha` of a sum: an integer suits every dtype. */
export const ONE: Argument = { kind: 'int', value: 1 };

export function variable(value: Variable): Operand {
  return { kind: 'variable', variable: value };
}

/**
 * The argument for a parameter of type `type`.
 * @param integral whether the operator works on integers: decides how a Scalar is written (`6` or `6.`).
 */
export function toArgument(literal: Literal, type: AtenType, integral: boolean, place: string): Argument {
  const argument = convert(literal, type, integral, place);
  invariant(accepts(type, argument), `${place}: ${argument.kind} is no ${type}`);
  return argument;
}

function convert(literal: Literal, type: AtenType, integral: boolean, place: string): Argument {
  if (literal === null) return NONE;
  if (typeof literal === 'boolean') return { kind: 'bool', value: literal };
  if (typeof literal === 'string') return { kind: 'string', value: literal };
  if (typeof literal === 'number') {
    const isInteger = type === 'int' || type === 'int?' || (type.includes('Scalar') && integral && Number.isInteger(literal));
    invariant(!isInteger || Number.isSafeInteger(literal), `${place}: ${literal} is no integer`);
    return isInteger ? { kind: 'int', value: literal } : { kind: 'float', value: literal };
  }
  if (!isList(literal)) return literal;
  if (type === 'Tensor[]') return { kind: 'tensors', items: literal as readonly Operand[] };
  invariant(literal.every(Number.isSafeInteger), `${place}: [${literal.join(', ')}] are no integers`);
  return { kind: 'ints', values: literal as readonly number[] };
}

function isList(literal: Argument | readonly number[] | readonly Operand[]): literal is readonly number[] | readonly Operand[] {
  return Array.isArray(literal);
}

const KINDS: Record<Exclude<AtenType, `${string}?`>, readonly Argument['kind'][]> = {
  Tensor: ['variable', 'state'],
  'Tensor[]': ['tensors'],
  'Tensor|Scalar': ['variable', 'state', 'int', 'float'],
  int: ['int'],
  'int[]': ['ints'],
  float: ['float'],
  bool: ['bool', 'training'],
  Scalar: ['int', 'float'],
  dtype: ['dtype'],
  memory_format: ['memory-format'],
  str: ['string'],
};

function accepts(type: AtenType, argument: Argument): boolean {
  if (type.endsWith('?')) return argument.kind === 'none' || accepts(type.slice(0, -1) as AtenType, argument);
  return KINDS[type as keyof typeof KINDS].includes(argument.kind);
}
