import { broadcastShapes, printShape } from '../dims.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, inputValue } from './read.ts';

/** x where x ≥ 0, slope·x elsewhere; the slope broadcasts to x. */
export const prelu = defineOperator({
  op: 'PRelu',
  domain: '',
  since: 16,
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: {},
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const slope = inputShape(context, 1);
    legal(
      broadcastShapes([shape, slope], context.node).length === shape.length,
      () => `${context.node}: slope ${printShape(slope)} for ${printShape(shape)}`,
    );
    return [{ dtype, shape }];
  },
});
