import type { Operand } from '../argument.ts';
import { defineLowering, type LoweringContext } from '../lowering.ts';

/** A constant index is a `select`, a run of them a `slice`; rows of a table by a computed index are an embedding. */
export const gather = defineLowering({
  op: 'Gather',
  since: 13,
  lower(_node, context) {
    const { shape } = context.value(0);
    const axis = context.axis('axis', shape.length, 0);
    const indices = context.numbers(1);
    if (indices === undefined) {
      if (axis !== 0 || shape.length !== 2) context.unsupported(`computed indices along axis ${axis} of a tensor of rank ${shape.length}`);
      return context.emit('embedding', [context.tensor(0), context.tensor(1), -1, false, false]);
    }
    const rank = context.value(1).shape.length;
    if (rank === 0) return context.emit('select', [context.tensor(0), axis, indices[0] as number]);
    if (rank !== 1) context.unsupported(`indices of rank ${rank}`);
    return run(context, axis, indices) ?? indexSelect(context, axis, indices);
  },
});

/** Indices that count up by one. */
function run(context: LoweringContext, axis: number, indices: readonly number[]): Operand | undefined {
  const [first] = indices;
  if (first === undefined || first < 0 || !indices.every((index, position) => index === first + position)) return undefined;
  return context.emit('slice', [context.tensor(0), axis, first, first + indices.length, 1]);
}

function indexSelect(context: LoweringContext, axis: number, indices: readonly number[]): Operand {
  if (indices.some((index) => index < 0)) context.unsupported('negative indices');
  return context.emit('index_select', [context.tensor(0), axis, context.tensor(1)]);
}
