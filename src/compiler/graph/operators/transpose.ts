import type { Dim } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue, intsAttribute } from './read.ts';

/** Axis i of the result is axis perm[i] of the input. `perm` is always written out in our graphs. */
export const transpose = defineOperator({
  op: 'Transpose',
  domain: '',
  since: 13,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { perm: { type: 'ints' } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const perm = intsAttribute(context.attributes, 'perm') ?? [];
    const isPermutation = perm.length === shape.length && shape.every((_, axis) => perm.includes(axis));
    legal(isPermutation, () => `${context.node}: perm [${perm.join(', ')}] for rank ${shape.length}`);
    return [{ dtype, shape: perm.map((axis) => shape[axis] as Dim) }];
  },
});
