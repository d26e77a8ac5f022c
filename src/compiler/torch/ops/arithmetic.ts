import { ONE, type Operand } from '../argument.ts';
import { defineLowering, type LoweringContext } from '../lowering.ts';
import { scalar } from './scalar.ts';

const ARITHMETIC: readonly (readonly [op: string, since: number, aten: 'add' | 'mul'])[] = [
  ['Add', 14, 'add'],
  ['Mul', 14, 'mul'],
];

/** Commutative: a constant of one element, on either side, becomes a number. */
const commutative = ARITHMETIC.map(([op, since, aten]) =>
  defineLowering({
    op,
    since,
    lower(_node, context) {
      for (const [tensor, other] of [
        [0, 1],
        [1, 0],
      ] as const) {
        const number = scalar(context, other, tensor);
        if (number !== undefined) return emitBinary(context, aten, context.tensor(tensor), number);
      }
      return emitBinary(context, aten, context.tensor(0), context.tensor(1));
    },
  }),
);

const sub = defineLowering({
  op: 'Sub',
  since: 14,
  lower(_node, context) {
    const right = scalar(context, 1, 0);
    if (right !== undefined) return emitBinary(context, 'sub', context.tensor(0), right);
    const left = scalar(context, 0, 1);
    if (left !== undefined) return emitBinary(context, 'rsub', context.tensor(1), left);
    return emitBinary(context, 'sub', context.tensor(0), context.tensor(1));
  },
});

function emitBinary(context: LoweringContext, op: 'add' | 'sub' | 'rsub' | 'mul', self: Operand, other: Operand | number): Operand {
  return context.emit(op, op === 'mul' ? [self, other] : [self, other, ONE]);
}

export const arithmetic = [...commutative, sub];
