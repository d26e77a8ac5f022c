import { normalizeAxis } from '../dims.ts';
import type { Dim } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue } from './read.ts';

/** Puts in axes of size 1; the axes count in the result. */
export const unsqueeze = defineOperator({
  op: 'Unsqueeze',
  domain: '',
  since: 13,
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: {},
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const given = context.constant(1);
    legal(given !== undefined, () => `${context.node}: axes are not constant`);
    const rank = shape.length + given.length;
    const axes = new Set(given.map((axis) => normalizeAxis(axis, rank, context.node)));
    legal(axes.size === given.length, () => `${context.node}: axes repeat`);
    let next = 0;
    return [{ dtype, shape: Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (shape[next++] as Dim))) }];
  },
});
