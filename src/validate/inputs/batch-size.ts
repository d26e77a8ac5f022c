import type { PortRecord } from '../../bundle/manifest.ts';
import { DTYPE_BYTES } from '../../core/dtypes.ts';

const MAX_ROWS = 32;
/** Of one batch's inputs: a few of them are in flight, and none may fill the memory. */
const MAX_BYTES = 64 << 20;

/** Pixels along one side of an image whose size the model leaves free. */
const FREE_PIXELS = 1024;

/** How many rows go into one batch: 32, fewer where the inputs are large. */
export function batchSize(inputs: readonly PortRecord[]): number {
  const bytes = inputs.reduce((sum, { dtype, shape, layout }) => sum + sizeOf(shape, layout === null ? 1 : FREE_PIXELS) * DTYPE_BYTES[dtype], 0);
  return Math.max(1, Math.min(MAX_ROWS, Math.floor(MAX_BYTES / bytes)));
}

/** Elements of one row. */
function sizeOf(shape: readonly (number | string)[], free: number): number {
  return shape.slice(1).reduce<number>((product, size) => product * (typeof size === 'number' ? size : free), 1);
}
