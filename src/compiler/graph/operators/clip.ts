import { defineOperator } from '../operator.ts';
import { inputValue, sameDtypes } from './read.ts';

/** input, min (scalar or absent), max (scalar or absent). */
export const clip = defineOperator({
  op: 'Clip',
  domain: '',
  since: 13,
  inputs: [1, 3],
  outputs: [1, 1],
  attributes: {},
  infer(context) {
    sameDtypes(context);
    const { dtype, shape } = inputValue(context, 0);
    return [{ dtype, shape }];
  },
});
