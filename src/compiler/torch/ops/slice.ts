import type { Dim } from '../../graph/graph.ts';
import type { Operand } from '../argument.ts';
import { defineLowering, type LoweringContext } from '../lowering.ts';

/** From here on a number means "to the end" (ONNX writes INT32_MAX or INT64_MAX, and their negatives backwards). */
const FAR = 2 ** 31 - 1;

/** Data, starts, ends, axes, steps. Both worlds count negative positions from the end and clamp. */
export const slice = defineLowering({
  op: 'Slice',
  since: 13,
  lower(_node, context) {
    const rank = context.value(0).shape.length;
    const [starts, ends] = [context.constant(1), context.constant(2)];
    const axes = context.has(3) ? context.constant(3).map((axis) => (axis < 0 ? axis + rank : axis)) : [...starts.keys()];
    const steps = context.has(4) ? context.constant(4) : starts.map(() => 1);
    const target = context.output().shape;
    let shape = context.value(0).shape;
    return axes.reduce((current, axis, index) => {
      const size = shape[axis] as Dim;
      const [start, end, step] = [starts[index] as number, ends[index] as number, steps[index] as number];
      shape = shape.with(axis, target[axis] as Dim);
      if (step > 0) return emitForward(context, current, axis, { start, end, step, size, shape });
      return emitBackward(context, current, axis, { start, end, step, size, shape });
    }, context.tensor(0));
  },
});

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly size: Dim;
  /** After this axis was cut. */
  readonly shape: readonly Dim[];
}

function emitForward(context: LoweringContext, tensor: Operand, axis: number, { start, end, step, size, shape }: Range): Operand {
  const isToEnd = end >= FAR || (typeof size === 'number' && end >= size);
  if (start === 0 && isToEnd && step === 1) return tensor;
  return context.emit('slice', [tensor, axis, start, isToEnd ? null : end, step], { shape });
}

/** torch has no negative steps: turned around first, position i is at size − 1 − i, which counted from the end is −1 − i. */
function emitBackward(context: LoweringContext, tensor: Operand, axis: number, { start, end, step, size, shape }: Range): Operand {
  const mirror = (position: number): number => {
    if (typeof size === 'string') return -1 - position;
    const fromFront = position < 0 ? position + size : position;
    return size - 1 - fromFront;
  };
  const isFromEnd = start >= FAR || start === -1 || (typeof size === 'number' && start >= size - 1);
  const isToFront = end <= -FAR || (typeof size === 'number' && end < -size);
  const reversed = context.emit('flip', [tensor, [axis]], { shape: shape.with(axis, size) });
  if (isFromEnd && isToFront && step === -1) return reversed;
  return context.emit('slice', [reversed, axis, isFromEnd ? 0 : mirror(start), isToFront ? null : mirror(end), -step], { shape });
}
