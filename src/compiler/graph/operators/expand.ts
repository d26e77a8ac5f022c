import { broadcastShapes } from '../dims.ts';
import type { Dim } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, inputValue } from './read.ts';
import { unknownSizes } from './unknown-sizes.ts';

/** Broadcasts both ways: a 1 in `shape` keeps the input's size, which is how a free batch passes through. */
export const expand = defineOperator({
  op: 'Expand',
  domain: '',
  since: 13,
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: {},
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const target = context.constant(1);
    if (target !== undefined) return [{ dtype, shape: broadcastShapes([shape, target], context.node) }];
    const length: Dim | undefined = inputShape(context, 1)[0];
    legal(typeof length === 'number', () => `${context.node}: the rank of the result is not known`);
    return [{ dtype, shape: unknownSizes(context.node, Math.max(length, shape.length)) }];
  },
});
