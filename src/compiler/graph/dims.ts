import { createHash } from 'node:crypto';
import type { Dim, Shape } from './graph.ts';
import { legal } from './legal.ts';

/**
 * Arithmetic on sizes of which some are only names. A size nobody knows yet is named by how it comes about (`(H+1)/2`), so that
 * the same computation always gives the same name and equal names mean equal sizes.
 */

/** Longest name kept as it is; beyond it a digest stands for the expression, or names could grow with every layer without bound. */
const MAX_NAME_LENGTH = 64;

function named(expression: string): string {
  if (expression.length <= MAX_NAME_LENGTH) return expression;
  return `dim_${createHash('sha256').update(expression).digest('hex').slice(0, 16)}`;
}

function operand(dim: Dim): string {
  return typeof dim === 'number' || /^\w+$/.test(dim) ? String(dim) : `(${dim})`;
}

export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a === 0) return b;
  if (b === 0) return a;
  if (typeof b === 'number') {
    // `H+1` plus 2 is `H+3`: a chain of paddings stays short.
    const tail = typeof a === 'string' ? /^(\w+)([+-]\d+)$/.exec(a) : null;
    if (tail?.[1] !== undefined) return addDims(tail[1], Number(tail[2]) + b);
    return named(b < 0 ? `${operand(a)}-${-b}` : `${operand(a)}+${b}`);
  }
  if (typeof a === 'number') return addDims(b, a);
  return named(`${operand(a)}+${operand(b)}`);
}

/** ⌊dim / divisor⌋ or ⌈dim / divisor⌉. */
export function divideDim(dim: Dim, divisor: number, rounding: 'floor' | 'ceil' = 'floor'): Dim {
  if (divisor === 1) return dim;
  if (typeof dim === 'number') return rounding === 'floor' ? Math.floor(dim / divisor) : Math.ceil(dim / divisor);
  const { factor, names } = factors([dim]);
  if (factor % divisor === 0) return product(factor / divisor, names);
  return rounding === 'floor' ? named(`${operand(dim)}/${divisor}`) : named(`${operand(addDims(dim, divisor - 1))}/${divisor}`);
}

export function multiplyDims(dims: Shape): Dim {
  const { factor, names } = factors(dims);
  return product(factor, names);
}

/** The size that `total / known` comes to (Reshape's -1); undefined where it can't be whole. */
export function quotientDim(total: Shape, known: Shape): Dim | undefined {
  const above = factors(total);
  const below = factors(known);
  const names = [...above.names];
  const rest: string[] = [];
  for (const name of below.names) {
    const index = names.indexOf(name);
    if (index >= 0) names.splice(index, 1);
    else rest.push(name);
  }
  if (below.factor === 0) return undefined;
  if (rest.length === 0 && above.factor % below.factor === 0) return product(above.factor / below.factor, names);
  if (rest.length === 0 && names.length === 0) return undefined;
  return named(`${operand(product(above.factor, names))}/${operand(product(below.factor, rest))}`);
}

function factors(dims: Shape): { factor: number; names: string[] } {
  let factor = 1;
  const names: string[] = [];
  for (const dim of dims) {
    if (typeof dim === 'number') factor *= dim;
    else if (/^\w+(\*\w+)*$/.test(dim)) {
      for (const part of dim.split('*')) {
        if (/^\d+$/.test(part)) factor *= Number(part);
        else names.push(part);
      }
    } else names.push(dim);
  }
  return { factor, names: names.sort() };
}

function product(factor: number, names: readonly string[]): Dim {
  if (names.length === 0 || factor === 0) return factor;
  const parts = names.map((name) => (names.length === 1 && factor === 1 ? name : operand(name)));
  return named(factor === 1 ? parts.join('*') : [factor, ...parts].join('*'));
}

/**
 * NumPy's broadcasting. A name meets itself or 1; a name and a number above 1 can only be that number
 * (the name would have to be 1 or equal to it); two different names are taken for equal, the first is kept.
 */
export function broadcastShapes(shapes: readonly Shape[], place: string): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let result: Dim = 1;
    for (const shape of shapes) {
      const index = axis - (rank - shape.length);
      const dim = index < 0 ? 1 : (shape[index] as Dim);
      if (dim === 1 || dim === result) continue;
      if (result === 1) result = dim;
      else if (typeof dim === 'number') {
        legal(typeof result === 'string', () => `${place}: shapes ${shapes.map(printShape).join(' and ')} don't broadcast`);
        result = dim;
      }
    }
    return result;
  });
}

export function printShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, index) => dim === b[index]);
}

/** The sizes as numbers; undefined where one is free. */
export function staticShape(shape: Shape): readonly number[] | undefined {
  return shape.every((dim) => typeof dim === 'number') ? (shape as readonly number[]) : undefined;
}

/** `axis` from 0, counting a negative one from the end as ONNX does. */
export function normalizeAxis(axis: number, rank: number, place: string): number {
  const result = axis < 0 ? axis + rank : axis;
  legal(Number.isInteger(result) && result >= 0 && result < rank, () => `${place}: axis ${axis} of rank ${rank}`);
  return result;
}
