import { normalizeAxis } from '../dims.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, intAttribute } from './read.ts';

/** Where the greatest or smallest element stands along `axis`, int64. */
export const argExtremum = ['ArgMax', 'ArgMin'].map((op) =>
  defineOperator({
    op,
    domain: '',
    since: 13,
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { axis: { type: 'int', default: 0 }, keepdims: { type: 'int', default: 1 }, select_last_index: { type: 'int', default: 0 } },
    infer(context) {
      const shape = inputShape(context, 0);
      const axis = normalizeAxis(intAttribute(context.attributes, 'axis'), shape.length, context.node);
      const keep = intAttribute(context.attributes, 'keepdims') === 1;
      return [{ dtype: 'int64', shape: shape.flatMap((dim, at) => (at === axis ? (keep ? [1] : []) : [dim])) }];
    },
  }),
);
