import type { Dim } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue } from './read.ts';

/** [N, C, spatial…] → [N, C, 1…], no attributes. */
export const globalPools = ['GlobalAveragePool', 'GlobalMaxPool'].map((op) =>
  defineOperator({
    op,
    domain: '',
    since: 1,
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: {},
    infer(context) {
      const { dtype, shape } = inputValue(context, 0);
      legal(shape.length >= 3, () => `${context.node}: ${op} of rank ${shape.length}`);
      return [{ dtype, shape: [shape[0] as Dim, shape[1] as Dim, ...shape.slice(2).map(() => 1)] }];
    },
  }),
);
