import { defineLowering } from '../lowering.ts';
import { cutSpatial, uncutShape } from './crop.ts';
import { at, readWindow } from './window.ts';

const CONV_TRANSPOSE_BY_SPATIAL_RANK = { 1: 'conv_transpose1d', 2: 'conv_transpose2d' } as const;

/**
 * Weights are [C, M/group, spatial…] in both worlds. ONNX' pads cut the ends of the full result; torch cuts both ends alike, so the
 * smaller of the two is `padding` and the rest is cut afterwards (Keras' SAME has one more at the end).
 */
export const convTranspose = defineLowering({
  op: 'ConvTranspose',
  since: 11,
  lower(_node, context) {
    if (context.hasAttribute('output_shape')) context.unsupported('output_shape');
    if (!['NOTSET', 'VALID'].includes(context.string('auto_pad', 'NOTSET'))) context.unsupported(`auto_pad ${context.string('auto_pad')}`);
    const weight = context.value(1).shape as readonly number[];
    const window = readWindow(context, weight.slice(2));
    const op = CONV_TRANSPOSE_BY_SPATIAL_RANK[window.rank as 1 | 2] ?? context.unsupported(`${window.rank} spatial axes`);
    const given = context.ints('output_padding', Array<number>(window.rank).fill(0));
    const axes = given.map((output, axis) => {
      const padding = Math.min(at(window.begins, axis), at(window.ends, axis));
      const cut = at(window.ends, axis) - padding;
      const outputPadding = Math.max(output - cut, 0);
      // convolution.cpp: output padding must be smaller than either stride or dilation.
      if (outputPadding >= Math.max(at(window.strides, axis), at(window.dilations, axis))) context.unsupported(`output_padding ${output}`);
      return { padding, outputPadding, start: at(window.begins, axis) - padding, rest: Math.max(cut - output, 0) };
    });
    const full = context.emit(
      op,
      [
        context.tensor(0),
        context.tensor(1),
        context.optionalTensor(2),
        window.strides,
        axes.map(({ padding }) => padding),
        axes.map(({ outputPadding }) => outputPadding),
        context.int('group', 1),
        window.dilations,
      ],
      { shape: uncutShape(context, axes) },
    );
    return cutSpatial(context, full, axes);
  },
});
