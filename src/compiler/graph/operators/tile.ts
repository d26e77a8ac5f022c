import { multiplyDims } from '../dims.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue } from './read.ts';
import { unknownSizes } from './unknown-sizes.ts';

/** The input repeated `repeats[axis]` times along each axis. */
export const tile = defineOperator({
  op: 'Tile',
  domain: '',
  since: 13,
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: {},
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const repeats = context.constant(1);
    if (repeats === undefined) return [{ dtype, shape: unknownSizes(context.node, shape.length) }];
    legal(repeats.length === shape.length, () => `${context.node}: ${repeats.length} repeats for rank ${shape.length}`);
    return [{ dtype, shape: shape.map((dim, axis) => multiplyDims([dim, repeats[axis] as number])) }];
  },
});
