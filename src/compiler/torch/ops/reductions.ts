import { isFloat } from '../../../core/dtypes.ts';
import type { Operand } from '../argument.ts';
import { defineLowering, type LoweringContext } from '../lowering.ts';

type Emit = (context: LoweringContext, tensor: Operand, axes: readonly number[], keepdim: boolean) => Operand;

/** Axes are input 1; without it all axes, or none with `noop_with_empty_axes`. */
const REDUCTIONS: readonly (readonly [op: string, since: number, emit: Emit])[] = [
  ['ReduceL1', 18, (context, x, axes, keepdim) => sum(context, context.emit('abs', [x], context.value(0)), axes, keepdim)],
  ['ReduceL2', 18, (context, x, axes, keepdim) => context.emit('sqrt', [sum(context, context.emit('square', [x], context.value(0)), axes, keepdim)])],
  ['ReduceMax', 20, (context, x, axes, keepdim) => context.emit('amax', [x, axes, keepdim])],
  ['ReduceMean', 18, (context, x, axes, keepdim) => context.emit('mean', [x, axes, keepdim, null])],
  ['ReduceMin', 20, (context, x, axes, keepdim) => context.emit('amin', [x, axes, keepdim])],
  ['ReduceProd', 18, product],
  ['ReduceSum', 13, sum],
  ['ReduceSumSquare', 18, (context, x, axes, keepdim) => sum(context, context.emit('square', [x], context.value(0)), axes, keepdim)],
];

export const reductions = REDUCTIONS.map(([op, since, emit]) =>
  defineLowering({
    op,
    since,
    lower(_node, context) {
      const rank = context.value(0).shape.length;
      const given = context.has(1) ? context.constant(1) : [];
      if (given.length === 0 && context.int('noop_with_empty_axes', 0) === 1) return context.tensor(0);
      const axes = given.length === 0 ? Array.from({ length: rank }, (_, axis) => axis) : given.map((axis) => (axis < 0 ? axis + rank : axis));
      return emit(context, context.tensor(0), axes, context.int('keepdims', 1) === 1);
    },
  }),
);

/** torch sums integers as int64 unless told. */
function sum(context: LoweringContext, tensor: Operand, axes: readonly number[], keepdim: boolean): Operand {
  const { dtype } = context.output();
  return context.emit('sum', [tensor, axes, keepdim, isFloat(dtype) ? null : { kind: 'dtype', value: dtype }]);
}

/** torch's product knows one axis: the last first, so that the others keep their numbers. */
function product(context: LoweringContext, tensor: Operand, axes: readonly number[], keepdim: boolean): Operand {
  const { dtype } = context.output();
  let shape = [...context.value(0).shape];
  return [...axes]
    .sort((a, b) => b - a)
    .reduce((current, axis) => {
      shape = keepdim ? shape.with(axis, 1) : shape.toSpliced(axis, 1);
      return context.emit('prod', [current, axis, keepdim, isFloat(dtype) ? null : { kind: 'dtype', value: dtype }], { shape });
    }, tensor);
}
