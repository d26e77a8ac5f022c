import { l2Normalize } from '../l2-normalize.ts';
import { reduce } from '../nodes.ts';
import type { TfFunction } from './function-call.ts';

type ReduceOp = Parameters<typeof reduce>[1];

/** Over the given axes, or over all of them, the batch included, where none is given. */
function reduction(name: string, op: ReduceOp): TfFunction {
  return {
    names: [`math.${name}`, name],
    parameters: ['axis', 'keepdims'],
    emit(call) {
      const x = call.expectFloat(call.tensor);
      const axes = call.axes('axis', call.shape(x).length);
      return axes.length === 0 ? x : reduce(call.context, op, x, axes, call.boolean('keepdims', false));
    },
  };
}

export const reductionFunctions: readonly TfFunction[] = [
  reduction('reduce_max', 'ReduceMax'),
  reduction('reduce_mean', 'ReduceMean'),
  reduction('reduce_min', 'ReduceMin'),
  reduction('reduce_prod', 'ReduceProd'),
  reduction('reduce_sum', 'ReduceSum'),
  {
    names: ['math.l2_normalize', 'linalg.l2_normalize', 'nn.l2_normalize'],
    parameters: ['axis', 'epsilon'],
    emit(call) {
      const x = call.expectFloat(call.tensor);
      return l2Normalize(call.context, x, call.axes('axis', call.shape(x).length), call.number('epsilon', 1e-12));
    },
  },
];
