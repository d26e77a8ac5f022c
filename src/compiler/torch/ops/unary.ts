import type { AtenName } from '../aten.ts';
import { defineLowering } from '../lowering.ts';

/** One input, no attributes, the same meaning in both worlds. */
const UNARY: readonly (readonly [op: string, since: number, aten: AtenName])[] = [
  ['Abs', 13, 'abs'],
  ['Ceil', 13, 'ceil'],
  ['Cos', 7, 'cos'],
  ['Erf', 13, 'erf'],
  ['Exp', 13, 'exp'],
  ['Floor', 13, 'floor'],
  ['HardSwish', 14, 'hardswish'],
  ['Log', 13, 'log'],
  ['Mish', 18, 'mish'],
  ['Neg', 13, 'neg'],
  ['Not', 1, 'logical_not'],
  ['Reciprocal', 13, 'reciprocal'],
  ['Relu', 14, 'relu'],
  ['Round', 11, 'round'], // half to even, both
  ['Sigmoid', 13, 'sigmoid'],
  ['Sign', 13, 'sign'],
  ['Sin', 7, 'sin'],
  ['Sqrt', 13, 'sqrt'],
  ['Tanh', 13, 'tanh'],
];

export const unary = UNARY.map(([op, since, aten]) =>
  defineLowering({ op, since, lower: (_node, context) => context.emit(aten, [context.tensor(0)]) }),
);
