import { defineLowering } from '../lowering.ts';
import { torchPad } from './torch-pad.ts';

const TORCH_MODES: Readonly<Record<string, string>> = { reflect: 'reflect', edge: 'replicate', wrap: 'circular' };

/** Data, pads (every axis' begin, then every axis' end), value, axes; negative pads crop. */
export const pad = defineLowering({
  op: 'Pad',
  since: 19,
  lower(_node, context) {
    const rank = context.value(0).shape.length;
    const given = context.constant(1);
    const axes = context.has(3) ? context.constant(3).map((axis) => (axis < 0 ? axis + rank : axis)) : [...Array(rank).keys()];
    const begins = Array<number>(rank).fill(0);
    const ends = Array<number>(rank).fill(0);
    axes.forEach((axis, index) => {
      begins[axis] = given[index] ?? 0;
      ends[axis] = given[index + axes.length] ?? 0;
    });
    const first = begins.findIndex((begin, axis) => begin !== 0 || ends[axis] !== 0);
    if (first < 0) return context.tensor(0);
    const mode = context.string('mode', 'constant');
    if (mode === 'constant') {
      const fill = context.has(2) ? (context.constant(2)[0] ?? 0) : 0;
      return context.emit('constant_pad_nd', [context.tensor(0), torchPad(begins.slice(first), ends.slice(first)), fill]);
    }
    const torchMode = TORCH_MODES[mode] ?? context.unsupported(`mode ${mode}`);
    // torch wants the pairs of all axes after batch and channels.
    if (first < 2 || rank < 3 || rank > 5) context.unsupported(`mode ${mode} of axis ${first} of a tensor of rank ${rank}`);
    return context.emit('pad', [context.tensor(0), torchPad(begins.slice(2), ends.slice(2)), torchMode, null]);
  },
});
