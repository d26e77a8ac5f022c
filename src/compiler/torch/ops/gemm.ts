import { ONE } from '../argument.ts';
import { defineLowering } from '../lowering.ts';

/** alpha·A·B + beta·C; the form that a Dense layer takes (alpha = beta = 1, constant B) is torch's linear. */
export const gemm = defineLowering({
  op: 'Gemm',
  since: 13,
  lower(_node, context) {
    const [alpha, beta] = [context.float('alpha', 1), context.float('beta', 1)];
    if (alpha !== 1 || (context.has(2) && beta !== 1)) context.unsupported(`alpha ${alpha}, beta ${beta}`);
    if (context.int('transA', 0) === 1) context.unsupported('transA 1');
    const weight = context.moduleWeight();
    if (weight === undefined && context.int('transB', 0) === 1) context.unsupported('transB 1 over a computed matrix');
    const isVector = context.has(2) && context.value(2).shape.length === 1;
    if (weight !== undefined && (isVector || !context.has(2))) return context.emit('linear', [context.tensor(0), weight, context.optionalTensor(2)]);
    const product =
      weight === undefined
        ? context.emit('matmul', [context.tensor(0), context.tensor(1)])
        : context.emit('linear', [context.tensor(0), weight, null]);
    return context.has(2) ? context.emit('add', [product, context.tensor(2), ONE]) : product;
  },
});
