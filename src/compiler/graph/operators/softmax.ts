import { normalizeAxis } from '../dims.ts';
import { defineOperator } from '../operator.ts';
import { inputValue, intAttribute } from './read.ts';

/** Softmax and its logarithm, over one axis. */
export const softmax = ['LogSoftmax', 'Softmax'].map((op) =>
  defineOperator({
    op,
    domain: '',
    since: 13,
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { axis: { type: 'int', default: -1 } },
    infer(context) {
      const { dtype, shape } = inputValue(context, 0);
      normalizeAxis(intAttribute(context.attributes, 'axis'), shape.length, context.node);
      return [{ dtype, shape }];
    },
  }),
);
