import type { PortRecord } from '../../bundle/manifest.ts';
import { DTYPE_BYTES } from '../../core/dtypes.ts';

const MAX_ROWS = 32;
/** Of one batch's inputs: a few of them are in flight, and none may fill the memory. */
const MAX_BYTES = 64 << 20;

/** How many rows go into one batch: 32, fewer where the inputs are large. */
export function batchSize(inputs: readonly PortRecord[]): number {
  const bytes = inputs.reduce((sum, { dtype, shape }) => sum + sizeOf(shape) * DTYPE_BYTES[dtype], 0);
  return Math.max(1, Math.min(MAX_ROWS, Math.floor(MAX_BYTES / bytes)));
}

/** Elements of one row; a free size counts once, since nothing is known of it. */
function sizeOf(shape: readonly (number | string)[]): number {
  return shape.slice(1).reduce<number>((product, size) => product * (typeof size === 'number' ? size : 1), 1);
}
