import { defineLayer } from '../layer.ts';
import { castTo, onlyInput } from './nodes.ts';
import { positiveInteger } from './options.ts';

/** [N, …] of indices → [N, …, output_dim]. Indices outside the table, which TensorFlow refuses on a CPU, aren't looked for. */
export const embedding = defineLayer<{ readonly inputDim: number; readonly outputDim: number }>({
  className: 'Embedding',
  parse(reader) {
    // Layers behind it would have to leave the masked steps out.
    if (reader.boolean('mask_zero', false)) throw reader.unsupported('mask_zero');
    return { inputDim: positiveInteger(reader, 'input_dim'), outputDim: positiveInteger(reader, 'output_dim') };
  },
  weights: ({ inputDim, outputDim }) => [{ shape: [inputDim, outputDim], kind: 'parameter', role: 'weight', kerasName: 'embeddings' }],
  emit(context) {
    const x = onlyInput(context);
    const { dtype } = context.builder.value(x);
    const indices = dtype === 'int32' || dtype === 'int64' ? x : castTo(context, x, 'int32');
    return [context.node('Gather', [context.weight('weight'), indices], { axis: 0 })];
  },
});
