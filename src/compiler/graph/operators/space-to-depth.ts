import { divideDim, multiplyDims } from '../dims.ts';
import { defineOperator } from '../operator.ts';
import { imageShape, inputValue, intAttribute } from './read.ts';

/** [N, C, H, W] → [N, C·b², H/b, W/b]; the block's place is the slowest part of the channel, as in TensorFlow. */
export const spaceToDepth = defineOperator({
  op: 'SpaceToDepth',
  domain: '',
  since: 13,
  inputs: [1, 1],
  outputs: [1, 1],
  attributes: { blocksize: { type: 'int' } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const [batch, channels, height, width] = imageShape(shape, context.node);
    const block = intAttribute(context.attributes, 'blocksize');
    return [{ dtype, shape: [batch, multiplyDims([channels, block * block]), divideDim(height, block), divideDim(width, block)] }];
  },
});
