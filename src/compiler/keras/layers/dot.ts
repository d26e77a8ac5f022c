import type { ValueId } from '../../graph/graph.ts';
import { defineLayer } from '../layer.ts';
import { l2Normalize } from './l2-normalize.ts';
import { type Emitter, refuseArguments, transpose, unsqueeze } from './nodes.ts';
import { readAxes } from './options.ts';

/** Products summed over one axis of each input, row of the batch by row (keras/backend.py, batch_dot); ranks 2 and 3. */
export const dot = defineLayer<{ readonly axes: readonly number[]; readonly normalize: boolean }>({
  className: 'Dot',
  parse(reader) {
    const axes = readAxes(reader, 'axes', []);
    if (axes.length < 1 || axes.length > 2)
      throw reader.malformed(`axes is ${JSON.stringify(reader.raw('axes'))?.slice(0, 80)}, expected one or two`);
    return { axes, normalize: reader.boolean('normalize', false) };
  },
  weights: () => [],
  emit(context) {
    refuseArguments(context);
    const { axes, normalize } = context.config;
    const [x, y, ...more] = context.inputs;
    if (x === undefined || y === undefined || more.length > 0) return context.unsupported(`a call with ${context.inputs.length} inputs (expected 2)`);
    const left = operand(context, x, axes[0] as number, normalize);
    const right = operand(context, y, axes[1] ?? (axes[0] as number), normalize);
    // [N, a, K] · [N, K, b], where a vector has a or b of size 1.
    const product = context.node('MatMul', [left, transpose(context, right, [0, 2, 1])]);
    const [rankX, rankY] = [context.shape(x).length, context.shape(y).length];
    if (rankX === 3 && rankY === 3) return [product];
    return [context.node('Squeeze', [product, context.builder.constant([rankX === 2 ? 1 : 2])])];
  },
});

/** [N, other, K]: the summed axis last. */
function operand(context: Emitter, x: ValueId, given: number, normalize: boolean): ValueId {
  const rank = context.shape(x).length;
  const axis = given < 0 ? given + rank : given;
  if ((rank !== 2 && rank !== 3) || axis < 1 || axis >= rank) return context.unsupported(`axes ${given} of an input of rank ${rank}`);
  const vector = normalize ? l2Normalize(context, x, [axis]) : x;
  if (rank === 2) return unsqueeze(context, vector, [1]);
  return axis === 1 ? transpose(context, vector, [0, 2, 1]) : vector;
}
