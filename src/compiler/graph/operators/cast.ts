import { dtypeOfOnnxCode } from '../onnx-dtypes.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, intAttribute } from './read.ts';

/** `to` is ONNX's number of the dtype (`ONNX_DTYPE_CODES`). */
export const cast = defineOperator({
  op: 'Cast',
  domain: '',
  since: 19,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { saturate: { type: 'int', default: 1 }, to: { type: 'int' } },
  infer(context) {
    return [{ dtype: dtypeOfOnnxCode(intAttribute(context.attributes, 'to'), context.node), shape: inputShape(context, 0) }];
  },
});
