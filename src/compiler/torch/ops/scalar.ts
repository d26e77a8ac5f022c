import type { LoweringContext } from '../lowering.ts';

/**
 * The number that input `index` is, where it is a constant of one element that doesn't raise the rank of the other input:
 * then `x * 0.5` says it, and needs no tensor on a device.
 */
export function scalar(context: LoweringContext, index: number, other: number): number | undefined {
  const { shape } = context.value(index);
  if (!shape.every((size) => size === 1) || shape.length > context.value(other).shape.length) return undefined;
  return context.numbers(index)?.[0];
}
