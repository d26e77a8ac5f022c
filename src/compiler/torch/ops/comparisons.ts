import type { AtenName } from '../aten.ts';
import { defineLowering } from '../lowering.ts';
import { scalar } from './scalar.ts';

/** `mirrored`: the same with its operands exchanged. */
const COMPARISONS: readonly (readonly [op: string, since: number, aten: AtenName, mirrored: AtenName])[] = [
  ['Equal', 19, 'eq', 'eq'],
  ['Greater', 13, 'gt', 'lt'],
  ['GreaterOrEqual', 16, 'ge', 'le'],
  ['Less', 13, 'lt', 'gt'],
  ['LessOrEqual', 16, 'le', 'ge'],
];

export const comparisons = COMPARISONS.map(([op, since, aten, mirrored]) =>
  defineLowering({
    op,
    since,
    lower(_node, context) {
      const right = scalar(context, 1, 0);
      if (right !== undefined) return context.emit(aten, [context.tensor(0), right]);
      const left = scalar(context, 0, 1);
      return left === undefined ? context.emit(aten, [context.tensor(0), context.tensor(1)]) : context.emit(mirrored, [context.tensor(1), left]);
    },
  }),
);
