import { defineLowering } from '../lowering.ts';

/** One input and a number or two: the same formula in both worlds. */
export const activations = [
  defineLowering({
    op: 'Celu',
    since: 12,
    lower: (_node, context) => context.emit('celu', [context.tensor(0), context.float('alpha', 1)]),
  }),
  defineLowering({
    op: 'Elu',
    since: 6,
    lower: (_node, context) => context.emit('elu', [context.tensor(0), context.float('alpha', 1), 1, 1]),
  }),
  defineLowering({
    op: 'Gelu',
    since: 20,
    lower: (_node, context) => context.emit('gelu', [context.tensor(0), context.string('approximate', 'none')]),
  }),
  defineLowering({
    op: 'LeakyRelu',
    since: 16,
    lower: (_node, context) => context.emit('leaky_relu', [context.tensor(0), context.float('alpha', 0.01)]),
  }),
  defineLowering({
    op: 'Softplus',
    since: 1,
    // Past 20 torch takes x itself, which is what log(1 + exp(x)) rounds to.
    lower: (_node, context) => context.emit('softplus', [context.tensor(0), 1, 20]),
  }),
  defineLowering({
    op: 'ThresholdedRelu',
    since: 10,
    lower: (_node, context) => context.emit('threshold', [context.tensor(0), context.float('alpha', 1), 0]),
  }),
];
