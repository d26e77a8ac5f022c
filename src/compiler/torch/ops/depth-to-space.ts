import type { Dim } from '../../graph/graph.ts';
import { defineLowering } from '../lowering.ts';

/** CRD (channel, row, column) is torch's pixel_shuffle; DCR (row, column, channel) is TensorFlow's order. */
export const depthToSpace = defineLowering({
  op: 'DepthToSpace',
  since: 13,
  lower(_node, context) {
    const block = context.int('blocksize');
    if (context.string('mode', 'DCR') === 'CRD') return context.emit('pixel_shuffle', [context.tensor(0), block]);
    const [batch, channels, height, width] = sizes(context.value(0).shape, context.unsupported);
    const depth = channels / block ** 2;
    const split = context.emit('reshape', [context.tensor(0), [-1, block, block, depth, height, width]], {
      shape: [batch, block, block, depth, height, width],
    });
    const moved = context.emit('permute', [split, [0, 3, 4, 1, 5, 2]], { shape: [batch, depth, height, block, width, block] });
    return context.emit('reshape', [moved, [-1, depth, height * block, width * block]]);
  },
});

/** [N, C·b², H, W] ← [N, C, H·b, W·b]: row, column, channel. */
export const spaceToDepth = defineLowering({
  op: 'SpaceToDepth',
  since: 13,
  lower(_node, context) {
    const block = context.int('blocksize');
    const [batch, channels, height, width] = sizes(context.value(0).shape, context.unsupported);
    const [rows, columns] = [height / block, width / block];
    const split = context.emit('reshape', [context.tensor(0), [-1, channels, rows, block, columns, block]], {
      shape: [batch, channels, rows, block, columns, block],
    });
    const moved = context.emit('permute', [split, [0, 3, 5, 1, 2, 4]], { shape: [batch, block, block, channels, rows, columns] });
    return context.emit('reshape', [moved, [-1, channels * block ** 2, rows, columns]]);
  },
});

function sizes(shape: readonly Dim[], refuse: (what: string) => never): readonly [batch: Dim, channels: number, height: number, width: number] {
  const [batch, ...rest] = shape;
  if (batch === undefined || rest.length !== 3 || !rest.every((size) => typeof size === 'number')) return refuse(`an input [${shape.join(', ')}]`);
  return [batch, ...(rest as unknown as [number, number, number])];
}
