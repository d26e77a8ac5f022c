import type { Dim, Shape } from '../../graph/graph.ts';
import type { Operand } from '../argument.ts';
import type { LoweringContext } from '../lowering.ts';

/** What is too much at the two ends of a spatial axis. */
export interface Cut {
  readonly start: number;
  readonly rest: number;
}

/** The output's shape before its spatial axes are cut. */
export function uncutShape(context: LoweringContext, cuts: readonly Cut[]): Shape {
  return context.output().shape.map((size, axis): Dim => {
    const { start, rest } = cuts[axis - 2] ?? { start: 0, rest: 0 };
    if (start + rest === 0) return size;
    return typeof size === 'number' ? size + start + rest : `${size}+${start + rest}`;
  });
}

/** Cuts a tensor of `uncutShape` to the node's output. */
export function cutSpatial(context: LoweringContext, tensor: Operand, cuts: readonly Cut[]): Operand {
  const { shape } = context.output();
  const uncut = uncutShape(context, cuts);
  return cuts.reduce((current, { start, rest }, index) => {
    if (start === 0 && rest === 0) return current;
    const axis = index + 2;
    const result = [...shape.slice(0, axis + 1), ...uncut.slice(axis + 1)];
    return context.emit('slice', [current, axis, start, rest === 0 ? null : -rest, 1], { shape: result });
  }, tensor);
}
