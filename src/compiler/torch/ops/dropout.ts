import { defineLowering } from '../lowering.ts';

/** Only trains; the mask isn't asked for. A call with `training=False` never drops anything. */
export const dropout = defineLowering({
  op: 'Dropout',
  since: 13,
  lower(node, context) {
    if (node.outputs.length > 1) context.unsupported('its mask is used');
    const isTraining = context.training.kind === 'training';
    if (!isTraining) return context.tensor(0);
    const p = context.has(1) ? (context.constant(1)[0] as number) : 0.5;
    return context.emit('dropout', [context.tensor(0), p, context.training]);
  },
});
