import { defineLayer } from '../layer.ts';
import { type Activation, emitActivation, readActivation } from './activations.ts';
import { biasSpec } from './conv.ts';
import { fixedSize, inputShape } from './input-size.ts';
import { castToFloat, onlyInput, transpose } from './nodes.ts';
import { positiveInteger } from './options.ts';

interface DenseConfig {
  readonly units: number;
  readonly useBias: boolean;
  readonly activation: Activation;
}

/** Over the last axis of a tensor of any rank. The kernel [in, out] is kept transposed, [out, in], as PyTorch's `linear` has it. */
export const dense = defineLayer<DenseConfig>({
  className: 'Dense',
  parse: (reader) => ({
    units: positiveInteger(reader, 'units'),
    useBias: reader.boolean('use_bias', true),
    activation: readActivation(reader),
  }),
  weights: ({ units, useBias }, inputShapes) => [
    { shape: [fixedSize(inputShape(inputShapes), -1), units], kind: 'parameter', role: 'weight', kerasName: 'kernel' },
    ...biasSpec(useBias, units),
  ],
  emit(context) {
    const { useBias, activation } = context.config;
    const x = castToFloat(context, onlyInput(context));
    const rank = context.shape(x).length;
    if (rank < 2) return context.unsupported(`an input of rank ${rank}`);
    // [in, out] → [out, in]
    const weight = transpose(context, context.weight('weight'), [1, 0]);
    if (rank === 2) {
      const y = context.node('Gemm', useBias ? [x, weight, context.weight('bias')] : [x, weight], { transB: 1 });
      return [emitActivation(context, activation, y)];
    }
    const product = context.node('MatMul', [x, transpose(context, weight, [1, 0])]);
    return [emitActivation(context, activation, useBias ? context.node('Add', [product, context.weight('bias')]) : product)];
  },
});
