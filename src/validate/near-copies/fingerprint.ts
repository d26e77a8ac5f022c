import { invariant } from '../../core/errors.ts';

/** Rows and columns of a fingerprint. */
export const FINGERPRINT_SIZE = 32;

/** Of the range: as far as a kernel with negative lobes overshoots, and hardly further. */
const BEYOND = 0.1;

/** What 0 and 255 of one channel come to under the pipeline, so that a model's input can be read back as a picture. */
export interface ChannelRange {
  readonly low: number;
  readonly high: number;
}

/**
 * A model's input as a picture of 32×32: the mean of each cell's pixels, in whole steps of 1/255 of the range that the pipeline gives, cut at its
 * ends. Near copies are judged by these, so it says what a model sees, not what the file holds.
 *
 * `input`: one row, float32 in C order, `[height, width, channels]` or, where `isChannelsFirst`, `[channels, height, width]`; one range for each
 * channel. Returns `[32, 32, channels]` uint8, undefined where a cell lies so far outside of its range, or is no number, that this is no such picture.
 * Smaller inputs repeat their pixels.
 */
export function fingerprint(
  input: Float32Array,
  height: number,
  width: number,
  ranges: readonly ChannelRange[],
  isChannelsFirst = false,
): Uint8Array | undefined {
  const channels = ranges.length;
  invariant(input.length === height * width * channels, `${input.length} numbers for ${height}×${width}×${channels}`);
  const [rowStride, columnStride, channelStride] = isChannelsFirst ? [width, 1, height * width] : [width * channels, channels, 1];
  const [rows, columns] = [cellBounds(height), cellBounds(width)];
  const cells = new Uint8Array(FINGERPRINT_SIZE * FINGERPRINT_SIZE * channels);
  let cell = 0;
  for (const [top, bottom] of rows) {
    for (const [left, right] of columns) {
      for (const [channel, { low, high }] of ranges.entries()) {
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          const start = row * rowStride + channel * channelStride;
          for (let column = left; column < right; column++) sum += input[start + column * columnStride] as number;
        }
        const mean = sum / ((bottom - top) * (right - left));
        const share = (mean - low) / (high - low);
        if (!(share > -BEYOND && share < 1 + BEYOND)) return undefined;
        // A typed array would wrap around what is out of range.
        cells[cell++] = Math.min(255, Math.max(0, Math.round(255 * share)));
      }
    }
  }
  return cells;
}

/** Which pixels make each cell, `[from, to)`. */
function cellBounds(size: number): readonly (readonly [number, number])[] {
  return Array.from({ length: FINGERPRINT_SIZE }, (_, cell) => {
    const from = Math.floor((cell * size) / FINGERPRINT_SIZE);
    return [from, Math.max(from + 1, Math.floor(((cell + 1) * size) / FINGERPRINT_SIZE))];
  });
}
