import { multiplyDims } from '../dims.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue, intAttribute } from './read.ts';

/** To two axes: what stands before `axis`, and the rest. */
export const flatten = defineOperator({
  op: 'Flatten',
  domain: '',
  since: 13,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { axis: { type: 'int', default: 1 } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const given = intAttribute(context.attributes, 'axis');
    const axis = given < 0 ? given + shape.length : given;
    legal(axis >= 0 && axis <= shape.length, () => `${context.node}: axis ${given} of rank ${shape.length}`);
    return [{ dtype, shape: [multiplyDims(shape.slice(0, axis)), multiplyDims(shape.slice(axis))] }];
  },
});
