import { defineLowering } from '../lowering.ts';

/** [N, C, spatial…] → [N, C, 1…]. */
export const globalPools = [
  defineLowering({
    op: 'GlobalAveragePool',
    since: 1,
    lower: (_node, context) => context.emit('mean', [context.tensor(0), spatialAxes(context.value(0).shape.length), true, null]),
  }),
  defineLowering({
    op: 'GlobalMaxPool',
    since: 1,
    lower: (_node, context) => context.emit('amax', [context.tensor(0), spatialAxes(context.value(0).shape.length), true]),
  }),
];

function spatialAxes(rank: number): readonly number[] {
  return Array.from({ length: rank - 2 }, (_, index) => index + 2);
}
