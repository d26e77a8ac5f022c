import { defineOperator } from '../operator.ts';
import { inputShape, intAttribute } from './read.ts';

/** The sizes of the axes `start` … `end` − 1, int64. */
export const shape = defineOperator({
  op: 'Shape',
  domain: '',
  since: 19,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { end: { type: 'int', optional: true }, start: { type: 'int', default: 0 } },
  infer(context) {
    const dims = inputShape(context, 0);
    const end = context.attributes.end === undefined ? dims.length : intAttribute(context.attributes, 'end');
    return [{ dtype: 'int64', shape: [dims.slice(intAttribute(context.attributes, 'start'), end).length] }];
  },
});
