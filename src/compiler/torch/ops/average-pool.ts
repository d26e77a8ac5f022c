import type { Literal, Operand } from '../argument.ts';
import { defineLowering, type LoweringContext } from '../lowering.ts';
import { cutSpatial, uncutShape } from './crop.ts';
import { padAsymmetric } from './pad-asymmetric.ts';
import { poolForm } from './pool-form.ts';
import { readWindow, type Window } from './window.ts';

const AVG_POOL_BY_SPATIAL_RANK = { 1: 'avg_pool1d', 2: 'avg_pool2d', 3: 'avg_pool3d' } as const;

/** Keras' SAME leaves the padding out of the mean (`count_include_pad` 0). */
export const averagePool = defineLowering({
  op: 'AveragePool',
  since: 19,
  lower(_node, context) {
    const window = readWindow(context, context.ints('kernel_shape'));
    if (window.dilations.some((dilation) => dilation !== 1)) context.unsupported(`dilations [${window.dilations.join(', ')}]`);
    const countsPadding = context.int('count_include_pad', 0) === 1 && [...window.begins, ...window.ends].some((pad) => pad > 0);
    if (!countsPadding) return withoutPadding(context, window);
    if (context.int('ceil_mode', 0) === 1) context.unsupported('ceil_mode with count_include_pad');
    const { input, padding } = padAsymmetric(context, window, 0, 'always');
    return emitPool(context, window, [input, window.kernel, window.strides, padding, false, true]);
  },
});

function withoutPadding(context: LoweringContext, window: Window): Operand {
  const { shape } = context.output();
  const form = poolForm(window, context.value(0).shape.slice(2), shape.slice(2), context.int('ceil_mode', 0) === 1);
  if (form === undefined) return context.unsupported(`pads [${[...window.begins, ...window.ends].join(', ')}] left out of the mean`);
  // An average over windows that all lie inside counts the same either way; torch's default reads better.
  const isInside = !form.ceilMode && form.padding.every((pad) => pad === 0);
  const args = [context.tensor(0), window.kernel, window.strides, form.padding, form.ceilMode, isInside];
  return cutSpatial(context, emitPool(context, window, args, uncutShape(context, form.cuts)), form.cuts);
}

function emitPool(context: LoweringContext, window: Window, args: readonly Literal[], shape = context.output().shape): Operand {
  const op = AVG_POOL_BY_SPATIAL_RANK[window.rank as 1 | 2 | 3] ?? context.unsupported(`${window.rank} spatial axes`);
  return context.emit(op, op === 'avg_pool1d' ? args : [...args, null], { shape });
}
