import type { Dim } from '../../graph/graph.ts';
import type { Operand } from '../argument.ts';
import type { LoweringContext } from '../lowering.ts';
import { torchPad } from './torch-pad.ts';
import type { Window } from './window.ts';

/**
 * torch pads both ends of an axis alike; Keras' "same" at stride 2 pads only the end. What is even on all axes stays with the
 * operator (`padding`), anything else is padded in front of it; `always`: so is what is even.
 */
export function padAsymmetric(
  context: LoweringContext,
  window: Window,
  fill: number,
  when: 'uneven' | 'always' = 'uneven',
): { input: Operand; padding: readonly number[] } {
  const { begins, ends } = window;
  if (when === 'uneven' && begins.every((begin, axis) => begin === ends[axis])) return { input: context.tensor(0), padding: begins };
  const value = context.value(0);
  const shape = value.shape.map(
    (size, axis): Dim => (axis < 2 || typeof size === 'string' ? size : size + (begins[axis - 2] as number) + (ends[axis - 2] as number)),
  );
  const input = context.emit('constant_pad_nd', [context.tensor(0), torchPad(begins, ends), fill], {
    name: `${value.name}_padded`,
    shape,
    dtype: value.dtype,
  });
  return { input, padding: begins.map(() => 0) };
}
