import { defineLowering } from '../lowering.ts';

/**
 * ONNX's momentum is the share of the old statistics that stays, torch's the share of the new that comes in.
 * Keras' `scale=False` and `center=False` arrive as ones and zeros of ours and become None.
 */
export const batchNormalization = defineLowering({
  op: 'BatchNormalization',
  since: 15,
  lower(_node, context) {
    if (context.int('training_mode', 0) === 1) context.unsupported('training_mode 1');
    const weight = context.isFilledWith(1, 1) ? null : context.tensor(1);
    const bias = context.isFilledWith(2, 0) ? null : context.tensor(2);
    const momentum = Number((1 - context.float('momentum', 0.9)).toPrecision(7));
    const epsilon = context.float('epsilon', 1e-5);
    return context.emit('batch_norm', [
      context.tensor(0),
      weight,
      bias,
      context.tensor(3),
      context.tensor(4),
      context.training,
      momentum,
      epsilon,
      true, // torch.backends.cudnn.enabled, as eager PyTorch passes it
    ]);
  },
});
