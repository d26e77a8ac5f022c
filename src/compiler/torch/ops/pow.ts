import { defineLowering } from '../lowering.ts';
import type { Argument } from '../program.ts';
import { scalar } from './scalar.ts';

export const pow = defineLowering({
  op: 'Pow',
  since: 15,
  lower(_node, context) {
    const exponent = scalar(context, 1, 0);
    if (exponent === 0.5) return context.emit('sqrt', [context.tensor(0)]);
    if (exponent !== undefined) return context.emit('pow', [context.tensor(0), scalarArgument(exponent)]);
    const base = scalar(context, 0, 1);
    return context.emit('pow', [base === undefined ? context.tensor(0) : scalarArgument(base), context.tensor(1)]);
  },
});

/** `x ** 2` rather than `x ** 2.0`: the same for a float tensor. */
function scalarArgument(value: number): Argument {
  return Number.isSafeInteger(value) ? { kind: 'int', value } : { kind: 'float', value };
}
