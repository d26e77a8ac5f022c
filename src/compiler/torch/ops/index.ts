import { invariant } from '../../../core/errors.ts';
import type { Node } from '../../graph/graph.ts';
import type { Lowering } from '../lowering.ts';
import { activations } from './activations.ts';
import { argExtremum } from './arg-extremum.ts';
import { arithmetic } from './arithmetic.ts';
import { averagePool } from './average-pool.ts';
import { batchNormalization } from './batch-normalization.ts';
import { cast } from './cast.ts';
import { clip } from './clip.ts';
import { comparisons } from './comparisons.ts';
import { concat } from './concat.ts';
import { conv } from './conv.ts';
import { convTranspose } from './conv-transpose.ts';
import { depthToSpace, spaceToDepth } from './depth-to-space.ts';
import { div } from './div.ts';
import { dropout } from './dropout.ts';
import { einsum } from './einsum.ts';
import { expand } from './expand.ts';
import { flatten } from './flatten.ts';
import { gather } from './gather.ts';
import { gemm } from './gemm.ts';
import { globalPools } from './global-pools.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { identity } from './identity.ts';
import { layerNormalization } from './layer-normalization.ts';
import { logic } from './logic.ts';
import { matmul } from './matmul.ts';
import { maxPool } from './max-pool.ts';
import { mod } from './mod.ts';
import { pad } from './pad.ts';
import { pow } from './pow.ts';
import { prelu } from './prelu.ts';
import { reductions } from './reductions.ts';
import { reshape } from './reshape.ts';
import { resize } from './resize.ts';
import { selu } from './selu.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { softsign } from './softsign.ts';
import { split } from './split.ts';
import { squeeze } from './squeeze.ts';
import { tile } from './tile.ts';
import { transpose } from './transpose.ts';
import { unary } from './unary.ts';
import { unsqueeze } from './unsqueeze.ts';
import { variadic } from './variadic.ts';
import { where } from './where.ts';

/** Sorted by name; adding a lowering adds a line here. */
export const LOWERINGS: readonly Lowering[] = [
  ...activations,
  ...argExtremum,
  ...arithmetic,
  averagePool,
  batchNormalization,
  cast,
  clip,
  ...comparisons,
  concat,
  conv,
  convTranspose,
  depthToSpace,
  div,
  dropout,
  einsum,
  expand,
  flatten,
  gather,
  gemm,
  ...globalPools,
  hardSigmoid,
  identity,
  layerNormalization,
  ...logic,
  matmul,
  maxPool,
  mod,
  pad,
  pow,
  prelu,
  ...reductions,
  reshape,
  resize,
  selu,
  slice,
  ...softmax,
  softsign,
  spaceToDepth,
  split,
  squeeze,
  tile,
  transpose,
  ...unary,
  unsqueeze,
  ...variadic,
  where,
];

const BY_KEY = new Map(LOWERINGS.map((lowering) => [key(lowering), lowering]));
invariant(BY_KEY.size === LOWERINGS.length, 'an operator has two lowerings');

/** The lowering of exactly this operator at this version: a newer one is never read with an older meaning. */
export function findLowering(node: Pick<Node, 'op' | 'domain' | 'since'>): Lowering | undefined {
  return BY_KEY.get(key(node));
}

function key({ op, domain, since }: Pick<Node, 'op' | 'domain' | 'since'>): string {
  return `${domain}:${op}:${since}`;
}
