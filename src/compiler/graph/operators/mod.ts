import { broadcastShapes } from '../dims.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, inputValue, sameDtypes } from './read.ts';

/** `fmod` 0: the divisor's sign (integers, Python's %); 1: the dividend's (C's fmod, needed for floats). */
export const mod = defineOperator({
  op: 'Mod',
  domain: '',
  since: 13,
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: { fmod: { type: 'int', default: 0 } },
  infer(context) {
    sameDtypes(context);
    return [{ dtype: inputValue(context, 0).dtype, shape: broadcastShapes([inputShape(context, 0), inputShape(context, 1)], context.node) }];
  },
});
