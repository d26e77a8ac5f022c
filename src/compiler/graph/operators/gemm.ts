import { broadcastShapes, printShape } from '../dims.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue, intAttribute, sameDtypes } from './read.ts';

/** alpha·A'·B' + beta·C of matrices; C broadcasts one way. */
export const gemm = defineOperator({
  op: 'Gemm',
  domain: '',
  since: 13,
  inputs: [2, 3],
  outputs: [1, 1],
  attributes: {
    alpha: { type: 'float', default: 1 },
    beta: { type: 'float', default: 1 },
    transA: { type: 'int', default: 0 },
    transB: { type: 'int', default: 0 },
  },
  infer(context) {
    sameDtypes(context);
    const a = inputValue(context, 0);
    const b = inputValue(context, 1);
    legal(a.shape.length === 2 && b.shape.length === 2, () => `${context.node}: Gemm of ${printShape(a.shape)} and ${printShape(b.shape)}`);
    const [rows, inner] = intAttribute(context.attributes, 'transA') === 1 ? [...a.shape].reverse() : a.shape;
    const [depth, columns] = intAttribute(context.attributes, 'transB') === 1 ? [...b.shape].reverse() : b.shape;
    legal(rows !== undefined && columns !== undefined, () => `${context.node}: rank`);
    legal(
      typeof inner === 'string' || typeof depth === 'string' || inner === depth,
      () => `${context.node}: ${printShape(a.shape)} times ${printShape(b.shape)}`,
    );
    const shape = [rows, columns];
    const c = context.inputs[2];
    if (c) legal(broadcastShapes([shape, c.shape], context.node).length === 2, () => `${context.node}: C has shape ${printShape(c.shape)}`);
    return [{ dtype: a.dtype, shape }];
  },
});
