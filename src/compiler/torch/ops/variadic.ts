import type { Node } from '../../graph/graph.ts';
import { ONE, type Operand } from '../argument.ts';
import { defineLowering, type LoweringContext } from '../lowering.ts';
import { scalar } from './scalar.ts';

/** Any number of inputs, combined from left to right. A number among two is a bound: `clamp`. */
export const variadic = [
  defineLowering({ op: 'Max', since: 13, lower: (node, context) => bound(node, context, 0) ?? fold(node, context, 'maximum') }),
  defineLowering({ op: 'Min', since: 13, lower: (node, context) => bound(node, context, 1) ?? fold(node, context, 'minimum') }),
  defineLowering({ op: 'Sum', since: 13, lower: (node, context) => fold(node, context, 'add') }),
  defineLowering({
    op: 'Mean',
    since: 13,
    lower: (node, context) => context.emit('div', [fold(node, context, 'add'), node.inputs.length]),
  }),
];

function fold(node: Node, context: LoweringContext, op: 'maximum' | 'minimum' | 'add'): Operand {
  const tensors = node.inputs.map((_, index) => context.tensor(index));
  return tensors.reduce((left, right) => context.emit(op, op === 'add' ? [left, right, ONE] : [left, right]));
}

function bound(node: Node, context: LoweringContext, position: 0 | 1): Operand | undefined {
  if (node.inputs.length !== 2) return undefined;
  for (const [tensor, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const number = scalar(context, other, tensor);
    if (number === undefined) continue;
    return context.emit('clamp', position === 0 ? [context.tensor(tensor), number, null] : [context.tensor(tensor), null, number]);
  }
  return undefined;
}
