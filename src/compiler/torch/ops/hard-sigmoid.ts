import { ONE } from '../argument.ts';
import { defineLowering } from '../lowering.ts';

/** torch's is fixed at x/6 + 0.5; Keras' is 0.2·x + 0.5. */
export const hardSigmoid = defineLowering({
  op: 'HardSigmoid',
  since: 6,
  lower(_node, context) {
    const [alpha, beta] = [context.float('alpha', 0.2), context.float('beta', 0.5)];
    if (Math.fround(alpha) === Math.fround(1 / 6) && beta === 0.5) return context.emit('hardsigmoid', [context.tensor(0)]);
    const scaled = context.emit('mul', [context.tensor(0), alpha]);
    return context.emit('clamp', [context.emit('add', [scaled, beta, ONE]), 0, 1]);
  },
});
