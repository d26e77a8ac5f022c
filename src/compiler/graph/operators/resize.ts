import { divideDim, multiplyDims, normalizeAxis } from '../dims.ts';
import type { Dim } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue, intsAttribute } from './read.ts';
import { unknownSizes } from './unknown-sizes.ts';

/** X, roi, scales, sizes: one of the last two, for `axes` (all where absent). With `axes` [2, 3] the batch stays free. */
export const resize = defineOperator({
  op: 'Resize',
  domain: '',
  since: 19,
  inputs: [1, 4],
  outputs: [1, 1],
  attributes: {
    antialias: { type: 'int', default: 0 },
    axes: { type: 'ints', optional: true },
    coordinate_transformation_mode: { type: 'string', default: 'half_pixel' },
    cubic_coeff_a: { type: 'float', default: -0.75 },
    exclude_outside: { type: 'int', default: 0 },
    extrapolation_value: { type: 'float', default: 0 },
    keep_aspect_ratio_policy: { type: 'string', default: 'stretch' },
    mode: { type: 'string', default: 'nearest' },
    nearest_mode: { type: 'string', default: 'round_prefer_floor' },
  },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const axes = (intsAttribute(context.attributes, 'axes') ?? [...shape.keys()]).map((axis) => normalizeAxis(axis, shape.length, context.node));
    const sizes = context.inputs[3] ? context.constant(3) : undefined;
    const scales = context.inputs[2] ? context.numbers(2) : undefined;
    const result: Dim[] = [...shape];
    axes.forEach((axis, index) => {
      const size = sizes?.[index];
      const scale = scales?.[index];
      if (size !== undefined) result[axis] = size;
      else if (scale !== undefined) result[axis] = scaled(shape[axis] as Dim, scale);
      else result[axis] = unknownSizes(context.node, shape.length)[axis] as Dim;
    });
    legal(context.inputs[3] || context.inputs[2], () => `${context.node}: neither scales nor sizes`);
    return [{ dtype, shape: result }];
  },
});

/** ⌊size · scale⌋. */
function scaled(size: Dim, scale: number): Dim {
  if (typeof size === 'number') return Math.floor(size * scale);
  if (Number.isInteger(scale)) return multiplyDims([size, scale]);
  return Number.isInteger(1 / scale) ? divideDim(size, 1 / scale) : `floor(${size}*${scale})`;
}
