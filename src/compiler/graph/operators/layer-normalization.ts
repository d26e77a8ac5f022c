import { normalizeAxis } from '../dims.ts';
import { defineOperator } from '../operator.ts';
import { inputValue, intAttribute } from './read.ts';

/** X, Scale, B → Y, Mean, InvStdDev; over `axis` and all axes after it. */
export const layerNormalization = defineOperator({
  op: 'LayerNormalization',
  domain: '',
  since: 17,
  inputs: [2, 3],
  outputs: [1, 3],
  attributes: { axis: { type: 'int', default: -1 }, epsilon: { type: 'float', default: 1e-5 }, stash_type: { type: 'int', default: 1 } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const axis = normalizeAxis(intAttribute(context.attributes, 'axis'), shape.length, context.node);
    const statistics = { dtype: 'float32', shape: shape.map((dim, at) => (at < axis ? dim : 1)) } as const;
    return [{ dtype, shape }, statistics, statistics].slice(0, context.outputCount);
  },
});
