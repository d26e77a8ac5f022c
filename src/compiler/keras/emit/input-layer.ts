import { type DType, isFloat } from '../../../core/dtypes.ts';
import { ONNX_DTYPE_CODES } from '../../graph/onnx-dtypes.ts';
import { defineLayer } from '../layer.ts';

/**
 * An InputLayer, as a call: casts to the dtype it declares, which is what Keras does when one model calls another, and to float32 where
 * that is another float (half and double policies are computed in float32).
 */
export const inputLayer = defineLayer<{ readonly dtype: DType | undefined; readonly rank: number | undefined }>({
  className: 'InputLayer',
  parse(reader) {
    const dtype = reader.has('dtype') ? (reader.string('dtype') as DType) : undefined;
    const shape = reader.raw('batch_input_shape');
    return { dtype: dtype !== undefined && isFloat(dtype) ? 'float32' : dtype, rank: Array.isArray(shape) ? shape.length : undefined };
  },
  weights: () => [],
  emit(context) {
    const [input] = context.inputs;
    if (input === undefined) return context.unsupported('a nested model called without a tensor');
    const { dtype, rank } = context.config;
    const given = context.shape(input).length;
    if (rank !== undefined && rank !== given) return context.unsupported(`a tensor of rank ${given} passed to an input of rank ${rank}`);
    if (dtype === undefined || dtype === context.builder.value(input).dtype) return [input];
    const code = Object.hasOwn(ONNX_DTYPE_CODES, dtype) ? ONNX_DTYPE_CODES[dtype] : undefined;
    return [code === undefined ? context.unsupported(`dtype ${dtype}`) : context.node('Cast', [input], { to: code })];
  },
});
