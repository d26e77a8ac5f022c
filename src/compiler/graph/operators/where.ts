import { broadcastShapes } from '../dims.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, inputValue } from './read.ts';

/** condition (bool), X, Y; all three broadcast. */
export const where = defineOperator({
  op: 'Where',
  domain: '',
  since: 16,
  inputs: [3, 3],
  outputs: [1, 1],
  attributes: {},
  infer(context) {
    legal(inputValue(context, 0).dtype === 'bool', () => `${context.node}: a condition of ${inputValue(context, 0).dtype}`);
    const { dtype } = inputValue(context, 1);
    legal(inputValue(context, 2).dtype === dtype, () => `${context.node}: branches of ${dtype} and ${inputValue(context, 2).dtype}`);
    return [
      {
        dtype,
        shape: broadcastShapes(
          [0, 1, 2].map((index) => inputShape(context, index)),
          context.node,
        ),
      },
    ];
  },
});
