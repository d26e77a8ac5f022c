import type { ConstantExpressions } from './constant-expressions.ts';
import type { Node, ValueId } from './graph.ts';

/**
 * The constant that torch's module holds where ONNX reads its input 1 in another layout: the [out, in] of a Linear for a matrix product,
 * the [C] of a PReLU for a slope by channel. Undefined where the node has no such form.
 */
export function moduleWeight(node: Node, constants: ConstantExpressions): ValueId | undefined {
  const weight = node.inputs[1];
  if (weight === null || weight === undefined || !constants.isConstant(weight)) return undefined;
  if (node.op === 'PRelu') return slopes(weight, constants);
  // Gemm's B where it is read transposed, or what an explicit Transpose in front of B reads.
  if (node.op === 'Gemm' && node.attributes.transB === 1) return weight;
  if (node.op !== 'Gemm' && node.op !== 'MatMul') return undefined;
  const transpose = constants.producer(weight);
  const perm = transpose?.attributes.perm;
  const isMatrix = transpose?.op === 'Transpose' && Array.isArray(perm) && perm.length === 2 && perm[0] === 1;
  return isMatrix ? (transpose.inputs[0] ?? undefined) : undefined;
}

/** [C] behind [C, 1, 1]. */
function slopes(weight: ValueId, constants: ConstantExpressions): ValueId | undefined {
  const unsqueeze = constants.producer(weight);
  const vector = unsqueeze?.op === 'Unsqueeze' ? unsqueeze.inputs[0] : undefined;
  return vector !== null && vector !== undefined && constants.shape(vector).length === 1 ? vector : undefined;
}
