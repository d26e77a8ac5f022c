import { addDims, normalizeAxis } from '../dims.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue } from './read.ts';
import { unknownSizes } from './unknown-sizes.ts';

/** data, pads (every axis' begin, then every axis' end), constant_value, axes. Mode: constant, reflect, edge, wrap. */
export const pad = defineOperator({
  op: 'Pad',
  domain: '',
  since: 19,
  inputs: [2, 4],
  outputs: [1, 1],
  attributes: { mode: { type: 'string', default: 'constant' } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const pads = context.constant(1);
    const axes = context.inputs[3] ? context.constant(3) : [...shape.keys()];
    if (pads === undefined || axes === undefined) return [{ dtype, shape: unknownSizes(context.node, shape.length) }];
    legal(pads.length === 2 * axes.length, () => `${context.node}: ${pads.length} pads for ${axes.length} axes`);
    const result = [...shape];
    axes.forEach((given, index) => {
      const axis = normalizeAxis(given, shape.length, context.node);
      result[axis] = addDims(result[axis] ?? 0, (pads[index] as number) + (pads[index + axes.length] as number));
    });
    return [{ dtype, shape: result }];
  },
});
