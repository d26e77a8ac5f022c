import { defineLowering } from '../lowering.ts';
import { scalar } from './scalar.ts';

/** `fmod` 1: the sign of the dividend (C); 0: that of the divisor (Python). */
export const mod = defineLowering({
  op: 'Mod',
  since: 13,
  lower: (_node, context) =>
    context.emit(context.int('fmod', 0) === 1 ? 'fmod' : 'remainder', [context.tensor(0), scalar(context, 1, 0) ?? context.tensor(1)]),
});
