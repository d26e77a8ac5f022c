import { defineLayer } from '../layer.ts';
import { l2Normalize } from './l2-normalize.ts';
import { castToFloat, onlyInput } from './nodes.ts';
import { readAxes } from './options.ts';

/** x / √max(Σx², 1e-12) over one axis or several. */
export const unitNormalization = defineLayer<readonly number[]>({
  className: 'UnitNormalization',
  parse: (reader) => readAxes(reader, 'axis', [-1]),
  weights: () => [],
  emit(context) {
    const x = castToFloat(context, onlyInput(context));
    const rank = context.shape(x).length;
    const axes = context.config.map((axis) => (axis < 0 ? axis + rank : axis));
    if (axes.some((axis) => axis < 0 || axis >= rank)) return context.unsupported(`axis ${context.config.join(', ')} of a tensor of rank ${rank}`);
    return [l2Normalize(context, x, axes)];
  },
});
