import { defineLayer } from '../layer.ts';
import { onlyInput, transpose, unsqueeze } from './nodes.ts';
import { type DataFormat, readDataFormat } from './options.ts';

/** [N, …] → [N, product]. With channels_first Keras moves the channels last before it flattens, so that both formats give H, W, C order. */
export const flatten = defineLayer<DataFormat>({
  className: 'Flatten',
  parse: readDataFormat,
  weights: () => [],
  emit(context) {
    const x = onlyInput(context);
    const rank = context.shape(x).length;
    if (rank === 1) return [unsqueeze(context, x, [1])];
    if (rank === 2) return [x];
    const last = Array.from({ length: rank - 2 }, (_, index) => index + 2);
    const ordered = context.config === 'channels_first' ? transpose(context, x, [0, ...last, 1]) : x;
    return [context.node('Flatten', [ordered], { axis: 1 })];
  },
});
