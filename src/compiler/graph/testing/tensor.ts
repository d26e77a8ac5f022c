import { invariant } from '../../../core/errors.ts';

/** A tensor of the reference interpreter: doubles in C order, whatever the dtype. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export type Position = readonly number[];

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function positionOf(index: number, shape: readonly number[]): number[] {
  const position = Array<number>(shape.length).fill(0);
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position[axis] = rest % (shape[axis] as number);
    rest = Math.floor(rest / (shape[axis] as number));
  }
  return position;
}

/** The element at a position; `outside` where an index is beyond its axis. */
export function at(tensor: Tensor, position: Position, outside?: number): number {
  let flat = 0;
  for (const [axis, size] of tensor.shape.entries()) {
    const index = position[axis] as number;
    if (index < 0 || index >= size) {
      invariant(outside !== undefined, `position ${position} of [${tensor.shape}]`);
      return outside;
    }
    flat = flat * size + index;
  }
  return tensor.data[flat] as number;
}

/** A tensor given by what stands at each position. */
export function tensorOf(shape: readonly number[], element: (position: Position) => number): Tensor {
  return { shape, data: Array.from({ length: countOf(shape) }, (_, index) => element(positionOf(index, shape))) };
}

/** The element that broadcasting puts at `position` of a larger shape. */
export function broadcastAt(tensor: Tensor, position: Position): number {
  const skip = position.length - tensor.shape.length;
  return at(
    tensor,
    tensor.shape.map((size, axis) => (size === 1 ? 0 : (position[axis + skip] as number))),
  );
}

export function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    shapes.reduce((size, shape) => ((shape[axis - rank + shape.length] ?? 1) === 1 ? size : (shape[axis - rank + shape.length] as number)), 1),
  );
}
