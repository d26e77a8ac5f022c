import { defineLowering } from '../lowering.ts';
import { padAsymmetric } from './pad-asymmetric.ts';
import { readWindow } from './window.ts';

const CONV_BY_SPATIAL_RANK = { 1: 'conv1d', 2: 'conv2d', 3: 'conv3d' } as const;

/** Weights are [M, C/group, spatial…] in both worlds. */
export const conv = defineLowering({
  op: 'Conv',
  since: 11,
  lower(_node, context) {
    const weight = context.value(1).shape as readonly number[];
    const window = readWindow(context, weight.slice(2));
    const op = CONV_BY_SPATIAL_RANK[window.rank as 1 | 2 | 3] ?? context.unsupported(`${window.rank} spatial axes`);
    const { input, padding } = padAsymmetric(context, window, 0);
    return context.emit(op, [
      input,
      context.tensor(1),
      context.optionalTensor(2),
      window.strides,
      padding,
      window.dilations,
      context.int('group', 1),
    ]);
  },
});
