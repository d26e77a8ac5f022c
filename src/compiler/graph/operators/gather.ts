import { normalizeAxis } from '../dims.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, inputValue, intAttribute } from './read.ts';

/** The axis of the data is replaced by the axes of the indices; negative indices count from the end. */
export const gather = defineOperator({
  op: 'Gather',
  domain: '',
  since: 13,
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: { axis: { type: 'int', default: 0 } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const axis = normalizeAxis(intAttribute(context.attributes, 'axis'), shape.length, context.node);
    return [{ dtype, shape: [...shape.slice(0, axis), ...inputShape(context, 1), ...shape.slice(axis + 1)] }];
  },
});
