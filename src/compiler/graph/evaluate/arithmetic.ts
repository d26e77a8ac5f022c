import { elementCount } from '../../../core/dtypes.ts';
import { invariant } from '../../../core/errors.ts';
import { broadcastShapes } from '../dims.ts';
import { keepsDoubles, type Numbers, numericView, storeNumbers } from './convert.ts';
import type { View } from './view.ts';

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
  const walk = planWalk(view.shape, view.strides, view.strides, view.strides);
  const result = target(view, elementCount(view.shape), wide);
  forEachRow(walk, (to, from) => {
    for (let index = 0; index < walk.row.size; index++) result[to + index] = apply(view.data[view.offset + from + index * walk.row.a] as number);
  });
  return finish(result, view, view.shape, walk.strides, wide);
}

/**
 * NumPy's broadcasting, computed in doubles. Runs in the memory order of the larger operand, whatever its axes are called by now: the
 * result is a view with that operand's order, and a transposition is left to the one copy at the end.
 */
export function binary(op: BinaryOp, left: View, right: View, wide: boolean): View {
  const a = numericView(left);
  const b = numericView(right);
  invariant(a.dtype === b.dtype, `${op} of ${a.dtype} and ${b.dtype}`);
  const shape = broadcastShapes([a.shape, b.shape], op) as readonly number[];
  const [stridesA, stridesB] = [broadcastStrides(a, shape), broadcastStrides(b, shape)];
  const isLarger = elementCount(a.shape) >= elementCount(b.shape);
  const walk = planWalk(shape, isLarger ? stridesA : stridesB, stridesA, stridesB);
  const result = target(a, elementCount(shape), wide);
  const { size, a: strideA, b: strideB } = walk.row;
  const run = RUNS[op];
  forEachRow(walk, (to, fromA, fromB) => run(result, to, size, a.data, a.offset + fromA, strideA, b.data, b.offset + fromB, strideB));
  return finish(result, a, shape, walk.strides, wide);
}

function target(view: View, count: number, wide: boolean): Numbers {
  return !wide && view.dtype === 'float32' ? new Float32Array(count) : new Float64Array(count);
}

function finish(result: Numbers, { dtype }: View, shape: readonly number[], strides: readonly number[], wide: boolean): View {
  const isWide = wide && keepsDoubles(dtype);
  return { dtype, shape, strides, offset: 0, data: isWide ? result : storeNumbers(result, dtype), wide: isWide };
}

function broadcastStrides(view: View, shape: readonly number[]): readonly number[] {
  const missing = shape.length - view.shape.length;
  return shape.map((_, axis) => (axis < missing || view.shape[axis - missing] === 1 ? 0 : (view.strides[axis - missing] as number)));
}

/** One loop over both operands; strides in elements. */
interface Loop {
  readonly size: number;
  readonly a: number;
  readonly b: number;
}

interface Walk {
  /** From the outermost to the innermost but one. */
  readonly loops: readonly Loop[];
  readonly row: Loop;
  /** Of the result, for the axes as they are called. */
  readonly strides: readonly number[];
}

/** Loops in the order of `lead`'s strides, the widest outside; neighbours that lie together in both operands become one. */
function planWalk(shape: readonly number[], lead: readonly number[], stridesA: readonly number[], stridesB: readonly number[]): Walk {
  const order = [...shape.keys()].sort((left, right) => (lead[right] as number) - (lead[left] as number) || left - right);
  const strides = Array<number>(shape.length).fill(1);
  const loops: Loop[] = [];
  let stride = 1;
  for (const axis of order.reverse()) {
    const size = shape[axis] as number;
    strides[axis] = stride;
    stride *= size;
    if (size === 1) continue;
    const loop = { size, a: stridesA[axis] as number, b: stridesB[axis] as number };
    const inner = loops[0];
    if (inner !== undefined && loop.a === inner.a * inner.size && loop.b === inner.b * inner.size) loops[0] = { ...inner, size: inner.size * size };
    else loops.unshift(loop);
  }
  const row = loops.pop() ?? { size: Math.min(stride, 1), a: 0, b: 0 };
  return { loops, row, strides };
}

/** Calls `visit` with where each row starts in the result and in the operands. */
function forEachRow({ loops, row }: Walk, visit: (to: number, fromA: number, fromB: number) => void): void {
  if (row.size === 0 || loops.some(({ size }) => size === 0)) return;
  const position = Array<number>(loops.length).fill(0);
  let [fromA, fromB] = [0, 0];
  for (let to = 0; ; to += row.size) {
    visit(to, fromA, fromB);
    let index = loops.length - 1;
    for (; index >= 0; index--) {
      const loop = loops[index] as Loop;
      const next = (position[index] as number) + 1;
      fromA += loop.a;
      fromB += loop.b;
      if (next < loop.size) {
        position[index] = next;
        break;
      }
      position[index] = 0;
      fromA -= loop.a * loop.size;
      fromB -= loop.b * loop.size;
    }
    if (index < 0) return;
  }
}

type Run = (
  result: Numbers,
  to: number,
  size: number,
  a: Numbers,
  fromA: number,
  strideA: number,
  b: Numbers,
  fromB: number,
  strideB: number,
) => void;

/** A kernel times the scale of a folded BatchNormalization: nearly all the arithmetic there is, and twice as fast where types never change. */
function scaleRow(result: Float32Array, to: number, size: number, kernel: Float32Array, from: number, scale: Float64Array, fromScale: number): void {
  for (let i = 0; i < size; i++) result[to + i] = (kernel[from + i] as number) * (scale[fromScale + i] as number);
}

/** Written out for each operator: through a function for each pair of elements, this is ten times as slow. */
const RUNS: Readonly<Record<BinaryOp, Run>> = {
  Add(result, to, size, a, fromA, strideA, b, fromB, strideB) {
    for (let i = 0; i < size; i++) result[to + i] = (a[fromA + i * strideA] as number) + (b[fromB + i * strideB] as number);
  },
  Sub(result, to, size, a, fromA, strideA, b, fromB, strideB) {
    for (let i = 0; i < size; i++) result[to + i] = (a[fromA + i * strideA] as number) - (b[fromB + i * strideB] as number);
  },
  Mul(result, to, size, a, fromA, strideA, b, fromB, strideB) {
    if (result instanceof Float32Array && a instanceof Float32Array && b instanceof Float64Array && strideA === 1 && strideB === 1) {
      scaleRow(result, to, size, a, fromA, b, fromB);
      return;
    }
    for (let i = 0; i < size; i++) result[to + i] = (a[fromA + i * strideA] as number) * (b[fromB + i * strideB] as number);
  },
  Div(result, to, size, a, fromA, strideA, b, fromB, strideB) {
    for (let i = 0; i < size; i++) result[to + i] = (a[fromA + i * strideA] as number) / (b[fromB + i * strideB] as number);
  },
  Max(result, to, size, a, fromA, strideA, b, fromB, strideB) {
    for (let i = 0; i < size; i++) result[to + i] = Math.max(a[fromA + i * strideA] as number, b[fromB + i * strideB] as number);
  },
  Min(result, to, size, a, fromA, strideA, b, fromB, strideB) {
    for (let i = 0; i < size; i++) result[to + i] = Math.min(a[fromA + i * strideA] as number, b[fromB + i * strideB] as number);
  },
  Pow(result, to, size, a, fromA, strideA, b, fromB, strideB) {
    for (let i = 0; i < size; i++) result[to + i] = (a[fromA + i * strideA] as number) ** (b[fromB + i * strideB] as number);
  },
};
