import { multiplyDims } from '../../dims.ts';
import type { Dim, Shape } from '../../graph.ts';

/** Axes that a reshape turns into others: products on both sides are equal. Axes of size 1 belong to no group. */
export interface ReshapeGroup {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Parts a reshape into its smallest groups, in order; undefined where free sizes hide how. */
export function reshapeGroups(from: Shape, to: Shape): readonly ReshapeGroup[] | undefined {
  const left = axesOf(from);
  const right = axesOf(to);
  const groups: ReshapeGroup[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const group = { from: left.slice(i, i + 1), to: right.slice(j, j + 1) };
    if (group.from.length === 0 || group.to.length === 0) return undefined;
    [i, j] = [i + 1, j + 1];
    for (;;) {
      const a = multiplyDims(group.from.map((axis) => from[axis] as Dim));
      const b = multiplyDims(group.to.map((axis) => to[axis] as Dim));
      if (a === b) break;
      const extendsLeft = isSmaller(a, b);
      if (extendsLeft === undefined) return undefined;
      const next = extendsLeft ? left[i++] : right[j++];
      if (next === undefined) return undefined;
      (extendsLeft ? group.from : group.to).push(next);
    }
    groups.push(group);
  }
  return groups;
}

function axesOf(shape: Shape): number[] {
  return [...shape.keys()].filter((axis) => shape[axis] !== 1);
}

/** Is `a` the product that lacks a factor? A free size counts as more than any number. */
function isSmaller(a: Dim, b: Dim): boolean | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (typeof a === 'number') return true;
  if (typeof b === 'number') return false;
  const count = (dim: string): number => dim.split('*').length;
  return count(a) === count(b) ? undefined : count(a) < count(b);
}
