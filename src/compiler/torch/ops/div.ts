import { isFloat } from '../../../core/dtypes.ts';
import { defineLowering } from '../lowering.ts';
import { scalar } from './scalar.ts';

/** ONNX divides integers towards zero. */
export const div = defineLowering({
  op: 'Div',
  since: 14,
  lower(_node, context) {
    const right = scalar(context, 1, 0);
    if (!isFloat(context.value(0).dtype)) return context.emit('div_rounded', [context.tensor(0), right ?? context.tensor(1), 'trunc']);
    if (right !== undefined) return context.emit('div', [context.tensor(0), right]);
    const left = scalar(context, 0, 1);
    if (left === undefined) return context.emit('div', [context.tensor(0), context.tensor(1)]);
    const reciprocal = context.emit('reciprocal', [context.tensor(1)]);
    return left === 1 ? reciprocal : context.emit('mul', [reciprocal, left]);
  },
});
