import { defineLowering } from '../lowering.ts';
import { padAsymmetric } from './pad-asymmetric.ts';
import { poolForm } from './pool-form.ts';
import { readWindow } from './window.ts';

const MAX_POOL_BY_SPATIAL_RANK = { 1: 'max_pool1d', 2: 'max_pool2d', 3: 'max_pool3d' } as const;

/** Padding counts as −∞. */
export const maxPool = defineLowering({
  op: 'MaxPool',
  since: 12,
  lower(node, context) {
    if (node.outputs.length > 1) context.unsupported('its indices are used');
    const window = readWindow(context, context.ints('kernel_shape'));
    const op = MAX_POOL_BY_SPATIAL_RANK[window.rank as 1 | 2 | 3] ?? context.unsupported(`${window.rank} spatial axes`);
    const ceilMode = context.int('ceil_mode', 0) === 1;
    const form = poolForm(window, context.value(0).shape.slice(2), context.output().shape.slice(2), ceilMode);
    if (form?.cuts.every(({ start, rest }) => start === 0 && rest === 0)) {
      return context.emit(op, [context.tensor(0), window.kernel, window.strides, form.padding, window.dilations, form.ceilMode]);
    }
    if (ceilMode) context.unsupported('ceil_mode');
    const { input, padding } = padAsymmetric(context, window, Number.NEGATIVE_INFINITY, 'always');
    return context.emit(op, [input, window.kernel, window.strides, padding, window.dilations, false]);
  },
});
