export type Units = Int32Array | Int16Array | Int8Array;

/** Rows of the source gone through before the next columns are taken up: with rows of a kernel's size they stay in the second cache. Measured fastest. */
const TILE_ROWS = 64;
/** Runs at least this long are copied by `set` instead of element by element. */
const RUN = 32;

/**
 * Writes the elements seen through `strides` into `target` in C order. Axes that lie together are merged first; then either runs
 * are copied, or matrices transposed: neighbours in the source go to a stream of the target each.
 */
export function copyStrided(source: Units, offset: number, shape: readonly number[], strides: readonly number[], target: Units): void {
  if (target.length === 0) return;
  const axes = mergeAxes(shape, strides);
  const inner = axes.pop() ?? { size: 1, from: 1, to: 1 };
  const unit = inner.from === 1 ? undefined : axes.findIndex((axis) => axis.from === 1 && axis.size > 1);
  if (unit === undefined || unit < 0) {
    forEachPlace(axes, offset, (from, to) => copyRun(source, from, inner.from, target, to, inner.size));
    return;
  }
  const [columns] = axes.splice(unit, 1) as [Axis];
  forEachPlace(axes, offset, (from, to) => copyTransposed(source, from, inner.from, target, to, columns.to, inner.size, columns.size));
}

interface Axis {
  readonly size: number;
  /** Stride in the source. */
  readonly from: number;
  /** Stride in the target. */
  readonly to: number;
}

function mergeAxes(shape: readonly number[], strides: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  let to = 1;
  for (let index = shape.length - 1; index >= 0; index--) {
    const size = shape[index] as number;
    if (size === 1) continue;
    const from = strides[index] as number;
    const last = axes[0];
    if (last !== undefined && from === last.from * last.size) axes[0] = { size: size * last.size, from: last.from, to: last.to };
    else axes.unshift({ size, from, to });
    to *= size;
  }
  return axes;
}

function forEachPlace(axes: readonly Axis[], offset: number, visit: (from: number, to: number) => void): void {
  const rank = axes.length;
  const position = Array<number>(rank).fill(0);
  let from = offset;
  let to = 0;
  for (;;) {
    visit(from, to);
    let index = rank - 1;
    for (; index >= 0; index--) {
      const axis = axes[index] as Axis;
      const next = (position[index] as number) + 1;
      from += axis.from;
      to += axis.to;
      if (next < axis.size) {
        position[index] = next;
        break;
      }
      position[index] = 0;
      from -= axis.from * axis.size;
      to -= axis.to * axis.size;
    }
    if (index < 0) return;
  }
}

function copyRun(source: Units, from: number, stride: number, target: Units, to: number, size: number): void {
  if (stride === 1 && size >= RUN) {
    target.set(source.subarray(from, from + size), to);
    return;
  }
  for (let index = 0; index < size; index++) target[to + index] = source[from + index * stride] as number;
}

/**
 * `rows` rows of `columns` neighbours in the source become `columns` streams in the target, `streamStride` apart. Four streams at a time: a line
 * of the source is then read four times from the cache instead of sixteen, and each stream still fills whole lines.
 */
function copyTransposed(
  source: Units,
  from: number,
  rowStride: number,
  target: Units,
  to: number,
  streamStride: number,
  rows: number,
  columns: number,
): void {
  const fours = columns - (columns % 4);
  for (let start = 0; start < rows; start += TILE_ROWS) {
    const end = Math.min(start + TILE_ROWS, rows);
    for (let column = 0; column < fours; column += 4) {
      let place = from + start * rowStride + column;
      const first = to + column * streamStride;
      const second = first + streamStride;
      const third = second + streamStride;
      const fourth = third + streamStride;
      for (let row = start; row < end; row++) {
        target[first + row] = source[place] as number;
        target[second + row] = source[place + 1] as number;
        target[third + row] = source[place + 2] as number;
        target[fourth + row] = source[place + 3] as number;
        place += rowStride;
      }
    }
    for (let column = fours; column < columns; column++) {
      let place = from + start * rowStride + column;
      const stream = to + column * streamStride;
      for (let row = start; row < end; row++) {
        target[stream + row] = source[place] as number;
        place += rowStride;
      }
    }
  }
}
