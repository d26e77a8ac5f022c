import type { ConstantExpressions } from './constant-expressions.ts';
import type { Node, ValueId } from './graph.ts';

/**
 * The constant that torch's linear holds for a matrix product, [out, in]: Gemm's B where it is read transposed,
 * or what an explicit Transpose in front of B reads. Undefined where the product has no such form.
 */
export function linearWeight(node: Node, constants: ConstantExpressions): ValueId | undefined {
  const b = node.inputs[1];
  if (b === null || b === undefined || !constants.isConstant(b)) return undefined;
  if (node.op === 'Gemm' && node.attributes.transB === 1) return b;
  if (node.op !== 'Gemm' && node.op !== 'MatMul') return undefined;
  const transpose = constants.producer(b);
  const perm = transpose?.attributes.perm;
  const isMatrix = transpose?.op === 'Transpose' && Array.isArray(perm) && perm.length === 2 && perm[0] === 1;
  return isMatrix ? (transpose.inputs[0] ?? undefined) : undefined;
}
