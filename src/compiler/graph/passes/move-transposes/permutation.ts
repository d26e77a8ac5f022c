import type { Shape } from '../../graph.ts';

/** Axis i of the result is axis perm[i] of the operand, as in ONNX' Transpose. */
export type Permutation = readonly number[];

export function identityPermutation(rank: number): Permutation {
  return Array.from({ length: rank }, (_, axis) => axis);
}

export function isIdentity(perm: Permutation): boolean {
  return perm.every((axis, index) => axis === index);
}

export function inverse(perm: Permutation): Permutation {
  const result = Array<number>(perm.length).fill(0);
  perm.forEach((axis, index) => {
    result[axis] = index;
  });
  return result;
}

export function samePermutation(a: Permutation, b: Permutation): boolean {
  return a.length === b.length && a.every((axis, index) => axis === b[index]);
}

/** `list[perm[i]]` at place i: the sizes after a Transpose. */
export function permute<T>(list: readonly T[], perm: Permutation): T[] {
  return perm.map((axis) => list[axis] as T);
}

/** Does the Transpose move axes of size 1 only, so that a Reshape does it too? */
export function movesOnlyOnes(shape: Shape, perm: Permutation): boolean {
  const moved = perm.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, index) => index === 0 || axis > (moved[index - 1] as number));
}

/** [N, …, C] → [N, C, …]. */
export function channelsFirst(rank: number): Permutation {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 1)];
}
