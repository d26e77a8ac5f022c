import { normalizeAxis } from '../dims.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue } from './read.ts';

/** Drops the named axes, each of size 1; every axis of size 1 where none is named. */
export const squeeze = defineOperator({
  op: 'Squeeze',
  domain: '',
  since: 13,
  inputs: [1, 2],
  outputs: [1, 1],
  attributes: {},
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const given = context.inputs[1] ? context.constant(1) : [...shape.keys()].filter((axis) => shape[axis] === 1);
    legal(given !== undefined, () => `${context.node}: axes are not constant`);
    const axes = new Set(given.map((axis) => normalizeAxis(axis, shape.length, context.node)));
    for (const axis of axes)
      legal(shape[axis] === 1 || typeof shape[axis] === 'string', () => `${context.node}: axis ${axis} has size ${shape[axis]}`);
    return [{ dtype, shape: shape.filter((_, axis) => !axes.has(axis)) }];
  },
});
