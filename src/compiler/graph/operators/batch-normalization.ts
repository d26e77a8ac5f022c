import { printShape } from '../dims.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, inputValue } from './read.ts';

/**
 * X [N, C, …], scale, B, mean and var [C] → Y. `momentum` is ONNX's: running = running·momentum + batch·(1 − momentum).
 * `training_mode` stays 0, so there is one output: whether it trains is the call's `mode` and the module's own.
 */
export const batchNormalization = defineOperator({
  op: 'BatchNormalization',
  domain: '',
  since: 15,
  inputs: [5, 5],
  outputs: [1, 1],
  attributes: {
    epsilon: { type: 'float', default: 1e-5 },
    momentum: { type: 'float', default: 0.9 },
    training_mode: { type: 'int', default: 0 },
  },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const channels = shape[1] ?? 1;
    for (const index of [1, 2, 3, 4]) {
      const parameter = inputShape(context, index);
      legal(
        parameter.length === 1 && (typeof channels === 'string' || parameter[0] === channels),
        () => `${context.node}: input ${index} of shape ${printShape(parameter)} for ${channels} channels`,
      );
    }
    legal(context.attributes.training_mode === 0, () => `${context.node}: training_mode ${context.attributes.training_mode}`);
    return [{ dtype, shape }];
  },
});
