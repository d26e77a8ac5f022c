import { divideDim, multiplyDims } from '../dims.ts';
import { defineOperator } from '../operator.ts';
import { imageShape, inputValue, intAttribute } from './read.ts';

/** [N, C, H, W] → [N, C/b², H·b, W·b]. TensorFlow's depth_to_space is `DCR`. */
export const depthToSpace = defineOperator({
  op: 'DepthToSpace',
  domain: '',
  since: 13,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { blocksize: { type: 'int' }, mode: { type: 'string', default: 'DCR' } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const [batch, channels, height, width] = imageShape(shape, context.node);
    const block = intAttribute(context.attributes, 'blocksize');
    return [{ dtype, shape: [batch, divideDim(channels, block * block), multiplyDims([height, block]), multiplyDims([width, block])] }];
  },
});
