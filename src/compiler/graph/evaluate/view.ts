import { DTYPE_BYTES, type DType, elementCount } from '../../../core/dtypes.ts';
import { invariant } from '../../../core/errors.ts';
import { copyStrided } from './strided-copy.ts';

export type Storage =
  | Float64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

const STORAGE = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>;

/**
 * A tensor seen through strides (in elements), so that Transpose, Slice, Expand and most Reshapes cost nothing until one copy
 * puts the elements in order.
 */
export interface View {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  /** Of `dtype`'s storage, or float64 where `wide`. */
  readonly data: Storage;
  /** The elements are doubles not yet rounded to `dtype`. */
  readonly wide: boolean;
}

function contiguousStrides(shape: readonly number[]): number[] {
  const strides = Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  return strides;
}

export function contiguousView(data: Storage, dtype: DType, shape: readonly number[], wide = false): View {
  invariant(data.length === elementCount(shape), `${data.length} elements for shape [${shape.join(', ')}]`);
  return { dtype, shape, strides: contiguousStrides(shape), offset: 0, data, wide };
}

/** The bytes as `dtype`'s storage; copied only where they aren't aligned. */
export function storageOf(bytes: Uint8Array, dtype: DType): Storage {
  const aligned = bytes.byteOffset % DTYPE_BYTES[dtype] === 0 && bytes.buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes);
  return new STORAGE[dtype](aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / DTYPE_BYTES[dtype]);
}

export function allocate(dtype: DType, count: number): Storage {
  return new STORAGE[dtype](count);
}

/** The elements in C order; the view's own storage where they stand in order already. */
export function materialize(view: View): Storage {
  const count = elementCount(view.shape);
  if (isContiguous(view)) return view.data.subarray(view.offset, view.offset + count) as Storage;
  const width = view.data.BYTES_PER_ELEMENT;
  // Copied as integers of the same width: a copy through floats may change the bits of a NaN. Eight bytes are two fours.
  const unit = width === 8 ? Int32Array : width === 4 ? Int32Array : width === 2 ? Int16Array : Int8Array;
  const parts = width === 8 ? 2 : 1;
  const source = new unit(view.data.buffer, view.data.byteOffset, view.data.length * parts);
  const shape = parts === 2 ? [...view.shape, 2] : view.shape;
  const strides = parts === 2 ? [...view.strides.map((stride) => stride * 2), 1] : view.strides;
  const target = new unit(count * parts);
  copyStrided(source, view.offset * parts, shape, strides, target);
  return new (view.data.constructor as new (buffer: ArrayBuffer) => Storage)(target.buffer as ArrayBuffer);
}

function isContiguous(view: View): boolean {
  let expected = 1;
  for (let axis = view.shape.length - 1; axis >= 0; axis--) {
    const size = view.shape[axis] as number;
    if (size === 0) return true;
    if (size !== 1 && view.strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** The same elements under another shape: a view where strides allow it, else one copy. */
export function reshapeView(view: View, shape: readonly number[]): View {
  const strides = stridesAfterReshape(view, shape);
  if (strides !== undefined) return { ...view, shape, strides };
  return contiguousView(materialize(view), view.dtype, shape, view.wide);
}

/** As NumPy finds out whether a reshape needs no copy: groups of axes with equal products, each contiguous in itself. */
function stridesAfterReshape(view: View, shape: readonly number[]): readonly number[] | undefined {
  if (isContiguous(view)) return contiguousStrides(shape);
  const oldAxes = [...view.shape.keys()].filter((axis) => view.shape[axis] !== 1);
  const strides = Array<number>(shape.length).fill(1);
  let [from, to] = [0, 0];
  while (from < oldAxes.length) {
    const start = from;
    const first = to;
    let oldSize = view.shape[oldAxes[from++] as number] as number;
    let newSize = shape[to++] ?? 1;
    while (oldSize !== newSize) {
      if (newSize < oldSize) {
        if (to >= shape.length) return undefined;
        newSize *= shape[to++] as number;
      } else {
        if (from >= oldAxes.length) return undefined;
        oldSize *= view.shape[oldAxes[from++] as number] as number;
      }
    }
    for (let index = start; index < from - 1; index++) {
      const [outer, inner] = [oldAxes[index] as number, oldAxes[index + 1] as number];
      if (view.strides[outer] !== (view.strides[inner] as number) * (view.shape[inner] as number)) return undefined;
    }
    let stride = view.strides[oldAxes[from - 1] as number] as number;
    for (let axis = to - 1; axis >= first; axis--) {
      strides[axis] = stride;
      stride *= shape[axis] as number;
    }
  }
  return strides;
}
