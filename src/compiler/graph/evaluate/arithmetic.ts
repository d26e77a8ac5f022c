import { elementCount } from '../../../core/dtypes.ts';
import { invariant } from '../../../core/errors.ts';
import { broadcastShapes } from '../dims.ts';
import { keepsDoubles, type Numbers, numericView, storeNumbers } from './convert.ts';
import { contiguousView, type View } from './view.ts';

const UNARY = {
  Abs: Math.abs,
  Ceil: Math.ceil,
  Exp: Math.exp,
  Floor: Math.floor,
  Log: Math.log,
  Neg: (x: number) => -x,
  Reciprocal: (x: number) => 1 / x,
  Relu: (x: number) => Math.max(x, 0),
  Sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  Sqrt: Math.sqrt,
  Tanh: Math.tanh,
} as const;

export type UnaryOp = keyof typeof UNARY;
export type BinaryOp = 'Add' | 'Div' | 'Max' | 'Min' | 'Mul' | 'Pow' | 'Sub';

export function isUnaryOp(op: string): op is UnaryOp {
  return Object.hasOwn(UNARY, op);
}

export function isBinaryOp(op: string): op is BinaryOp {
  return ['Add', 'Div', 'Max', 'Min', 'Mul', 'Pow', 'Sub'].includes(op);
}

/** Computed in doubles; `wide` keeps them so, else the result is rounded once to the dtype. */
export function unary(op: UnaryOp, operand: View, wide: boolean): View {
  const view = numericView(operand);
  const apply = UNARY[op];
  const result = target(view, elementCount(view.shape), wide);
  walk(view.shape, [view.strides], (to, [from], size, [stride]) => {
    for (let index = 0; index < size; index++) result[to + index] = apply(view.data[view.offset + from + index * stride] as number);
  });
  return finish(result, view, view.shape, wide);
}

/** NumPy's broadcasting, computed in doubles. */
export function binary(op: BinaryOp, left: View, right: View, wide: boolean): View {
  const a = numericView(left);
  const b = numericView(right);
  invariant(a.dtype === b.dtype, `${op} of ${a.dtype} and ${b.dtype}`);
  const shape = broadcastShapes([a.shape, b.shape], op) as readonly number[];
  const result = target(a, elementCount(shape), wide);
  walk(shape, [broadcastStrides(a, shape), broadcastStrides(b, shape)], (to, [fromA, fromB], size, [strideA, strideB]) => {
    run(op, result, to, size, a.data, a.offset + fromA, strideA, b.data, b.offset + fromB, strideB);
  });
  return finish(result, a, shape, wide);
}

function target(view: View, count: number, wide: boolean): Numbers {
  return !wide && view.dtype === 'float32' ? new Float32Array(count) : new Float64Array(count);
}

function finish(result: Numbers, view: View, shape: readonly number[], wide: boolean): View {
  if (wide && keepsDoubles(view.dtype)) return contiguousView(result, view.dtype, shape, true);
  return contiguousView(storeNumbers(result, view.dtype), view.dtype, shape);
}

function broadcastStrides(view: View, shape: readonly number[]): readonly number[] {
  const missing = shape.length - view.shape.length;
  return shape.map((_, axis) => (axis < missing || view.shape[axis - missing] === 1 ? 0 : (view.strides[axis - missing] as number)));
}

type Pair = readonly [number, number];

/** Calls `visit` for each row of the innermost axis, with where it starts in the target and in each operand. */
function walk(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (to: number, from: Pair, size: number, stride: Pair) => void,
): void {
  const [a, b = a] = strides;
  invariant(a !== undefined && b !== undefined, 'no operand');
  const rank = shape.length;
  const size = rank === 0 ? 1 : (shape[rank - 1] as number);
  const rows = elementCount(shape.slice(0, -1));
  if (size === 0 || rows === 0) return;
  const inner: Pair = [a[rank - 1] ?? 0, b[rank - 1] ?? 0];
  const position = Array<number>(Math.max(0, rank - 1)).fill(0);
  let [fromA, fromB] = [0, 0];
  for (let row = 0; row < rows; row++) {
    visit(row * size, [fromA, fromB], size, inner);
    for (let axis = rank - 2; axis >= 0; axis--) {
      const length = shape[axis] as number;
      const next = (position[axis] as number) + 1;
      fromA += a[axis] as number;
      fromB += b[axis] as number;
      if (next < length) {
        position[axis] = next;
        break;
      }
      position[axis] = 0;
      fromA -= (a[axis] as number) * length;
      fromB -= (b[axis] as number) * length;
    }
  }
}

function run(
  op: BinaryOp,
  result: Numbers,
  to: number,
  size: number,
  a: Numbers,
  fromA: number,
  strideA: number,
  b: Numbers,
  fromB: number,
  strideB: number,
): void {
  const x = (index: number): number => a[fromA + index * strideA] as number;
  const y = (index: number): number => b[fromB + index * strideB] as number;
  switch (op) {
    case 'Add':
      for (let index = 0; index < size; index++) result[to + index] = x(index) + y(index);
      return;
    case 'Sub':
      for (let index = 0; index < size; index++) result[to + index] = x(index) - y(index);
      return;
    case 'Mul':
      for (let index = 0; index < size; index++) result[to + index] = x(index) * y(index);
      return;
    case 'Div':
      for (let index = 0; index < size; index++) result[to + index] = x(index) / y(index);
      return;
    case 'Max':
      for (let index = 0; index < size; index++) result[to + index] = Math.max(x(index), y(index));
      return;
    case 'Min':
      for (let index = 0; index < size; index++) result[to + index] = Math.min(x(index), y(index));
      return;
    case 'Pow':
      for (let index = 0; index < size; index++) result[to + index] = x(index) ** y(index);
  }
}
