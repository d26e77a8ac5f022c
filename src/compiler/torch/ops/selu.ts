import { defineLowering } from '../lowering.ts';

/** Klambauer et al. 2017, as ONNX and torch both have them. */
const ALPHA = 1.6732632;
const GAMMA = 1.050701;

export const selu = defineLowering({
  op: 'Selu',
  since: 6,
  lower(_node, context) {
    const [alpha, gamma] = [context.float('alpha', ALPHA), context.float('gamma', GAMMA)];
    const isStandard = Math.abs(alpha - ALPHA) < 1e-6 && Math.abs(gamma - GAMMA) < 1e-6;
    return isStandard ? context.emit('selu', [context.tensor(0)]) : context.emit('elu', [context.tensor(0), alpha, gamma, 1]);
  },
});
