import { invariant } from '../../../core/errors.ts';
import type { OperatorSpec } from '../operator.ts';
import { argExtremum } from './arg-extremum.ts';
import { averagePool } from './average-pool.ts';
import { batchNormalization } from './batch-normalization.ts';
import { cast } from './cast.ts';
import { celu } from './celu.ts';
import { clip } from './clip.ts';
import { concat } from './concat.ts';
import { conv } from './conv.ts';
import { convTranspose } from './conv-transpose.ts';
import { depthToSpace } from './depth-to-space.ts';
import { dropout } from './dropout.ts';
import { einsum } from './einsum.ts';
import { elementwiseBinary } from './elementwise-binary.ts';
import { elementwiseUnary } from './elementwise-unary.ts';
import { elementwiseVariadic } from './elementwise-variadic.ts';
import { elu } from './elu.ts';
import { expand } from './expand.ts';
import { flatten } from './flatten.ts';
import { gather } from './gather.ts';
import { gelu } from './gelu.ts';
import { gemm } from './gemm.ts';
import { globalPools } from './global-pools.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { layerNormalization } from './layer-normalization.ts';
import { leakyRelu } from './leaky-relu.ts';
import { matmul } from './matmul.ts';
import { maxPool } from './max-pool.ts';
import { mod } from './mod.ts';
import { pad } from './pad.ts';
import { prelu } from './prelu.ts';
import { reductions } from './reductions.ts';
import { reshape } from './reshape.ts';
import { resize } from './resize.ts';
import { selu } from './selu.ts';
import { shape } from './shape.ts';
import { size } from './size.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { spaceToDepth } from './space-to-depth.ts';
import { split } from './split.ts';
import { squeeze } from './squeeze.ts';
import { thresholdedRelu } from './thresholded-relu.ts';
import { tile } from './tile.ts';
import { transpose } from './transpose.ts';
import { unsqueeze } from './unsqueeze.ts';
import { where } from './where.ts';

/** The families, then one line for each operator that has its own file, sorted by name; adding an operator adds a line here. */
const OPERATORS: readonly OperatorSpec[] = [
  ...argExtremum,
  ...elementwiseBinary,
  ...elementwiseUnary,
  ...elementwiseVariadic,
  ...globalPools,
  ...reductions,
  ...softmax,
  averagePool,
  batchNormalization,
  cast,
  celu,
  clip,
  concat,
  conv,
  convTranspose,
  depthToSpace,
  dropout,
  einsum,
  elu,
  expand,
  flatten,
  gather,
  gelu,
  gemm,
  hardSigmoid,
  layerNormalization,
  leakyRelu,
  matmul,
  maxPool,
  mod,
  prelu,
  pad,
  reshape,
  resize,
  selu,
  shape,
  size,
  slice,
  spaceToDepth,
  split,
  squeeze,
  thresholdedRelu,
  tile,
  transpose,
  unsqueeze,
  where,
];

const BY_KEY = new Map(OPERATORS.map((spec) => [`${spec.domain}:${spec.op}`, spec]));
invariant(BY_KEY.size === OPERATORS.length, 'an operator stands twice in the table');

/** The spec of an operator as the graph holds it (one version each: importers raise older versions to it). */
export function findOperator(op: string, domain: string): OperatorSpec {
  const spec = BY_KEY.get(`${domain}:${op}`);
  invariant(spec !== undefined, `no operator ${domain}:${op} in the graph's table`);
  return spec;
}

/** Every operator the graph can hold, sorted: what `supported` tables are made from. */
export function listOperators(): readonly OperatorSpec[] {
  return [...OPERATORS].sort((a, b) => (a.op < b.op ? -1 : 1));
}
