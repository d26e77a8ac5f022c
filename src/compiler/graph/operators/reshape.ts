import { printShape, quotientDim } from '../dims.ts';
import type { Dim } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, inputValue, intAttribute } from './read.ts';
import { unknownSizes } from './unknown-sizes.ts';

/** 0 copies the input's size of that axis (unless `allowzero`), one -1 takes what is left: how the batch stays free. */
export const reshape = defineOperator({
  op: 'Reshape',
  domain: '',
  since: 19,
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: { allowzero: { type: 'int', default: 0 } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const target = context.constant(1);
    if (target === undefined) {
      const rank = inputShape(context, 1)[0];
      legal(typeof rank === 'number', () => `${context.node}: the rank of the result is not known`);
      return [{ dtype, shape: unknownSizes(context.node, rank) }];
    }
    const what = () => `${context.node}: ${printShape(shape)} can't become ${printShape(target)}`;
    const keepZero = intAttribute(context.attributes, 'allowzero') === 1;
    const result: Dim[] = target.map((size, axis) => {
      if (size !== 0 || keepZero) return size;
      const dim = shape[axis];
      legal(dim !== undefined, what);
      return dim;
    });
    const free = result.indexOf(-1);
    legal(free === result.lastIndexOf(-1) && result.every((dim) => typeof dim === 'string' || dim >= -1), what);
    const rest = quotientDim(
      shape,
      result.filter((_, axis) => axis !== free),
    );
    if (free >= 0) {
      legal(rest !== undefined, what);
      result[free] = rest;
    } else legal(rest === 1 || typeof rest === 'string' || shape.includes(0), what);
    return [{ dtype, shape: result }];
  },
});
