import { broadcastShapes, printShape } from '../dims.ts';
import type { Dim, Shape } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue, sameDtypes } from './read.ts';

/** NumPy's matmul: batch axes broadcast, a vector is a row on the left and a column on the right. */
export const matmul = defineOperator({
  op: 'MatMul',
  domain: '',
  since: 13,
  inputs: [2, 2],
  outputs: [1, 1],
  attributes: {},
  infer(context) {
    sameDtypes(context);
    const { dtype, shape: left } = inputValue(context, 0);
    const { shape: right } = inputValue(context, 1);
    legal(left.length > 0 && right.length > 0, () => `${context.node}: MatMul of a scalar`);
    const a: Shape = left.length === 1 ? [1, ...left] : left;
    const b: Shape = right.length === 1 ? [...right, 1] : right;
    const inner = a.at(-1) as Dim;
    const depth = b.at(-2) as Dim;
    legal(
      typeof inner === 'string' || typeof depth === 'string' || inner === depth,
      () => `${context.node}: ${printShape(left)} times ${printShape(right)}`,
    );
    const batch = broadcastShapes([a.slice(0, -2), b.slice(0, -2)], context.node);
    const shape = [...batch, ...(left.length === 1 ? [] : [a.at(-2) as Dim]), ...(right.length === 1 ? [] : [b.at(-1) as Dim])];
    return [{ dtype, shape }];
  },
});
