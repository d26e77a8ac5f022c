import { invariant } from '../../../core/errors.ts';
import type { Node } from '../../graph/graph.ts';
import type { Lowering } from '../lowering.ts';
import { arithmetic } from './arithmetic.ts';
import { batchNormalization } from './batch-normalization.ts';
import { clip } from './clip.ts';
import { conv } from './conv.ts';
import { dropout } from './dropout.ts';
import { flatten } from './flatten.ts';
import { gemm } from './gemm.ts';
import { globalPools } from './global-pools.ts';
import { identity } from './identity.ts';
import { matmul } from './matmul.ts';
import { reshape } from './reshape.ts';
import { softmax } from './softmax.ts';
import { transpose } from './transpose.ts';
import { unary } from './unary.ts';

/** Sorted by name; adding a lowering adds a line here. */
export const LOWERINGS: readonly Lowering[] = [
  ...arithmetic,
  batchNormalization,
  clip,
  conv,
  dropout,
  flatten,
  gemm,
  ...globalPools,
  identity,
  matmul,
  reshape,
  ...softmax,
  transpose,
  ...unary,
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
