import { DTYPE_BYTES, type DType, elementCount } from '../core/dtypes.ts';
import { TYPED_ARRAYS } from '../core/typed-arrays.ts';
import { malformedMessage } from './malformed-message.ts';

type Elements =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** A view of raw elements as numbers; copies only where the bytes aren't aligned. Errors: `malformed-message` (float16, bfloat16). */
export function elementsOf(dtype: DType, data: Uint8Array): Elements {
  const { array, size } = arrayOf(dtype);
  const aligned = data.byteOffset % size === 0 ? data : new Uint8Array(data);
  return new array(aligned.buffer as ArrayBuffer, aligned.byteOffset, data.byteLength / size);
}

/** Room for the elements of a shape, zeros so far. Errors: `malformed-message` (float16, bfloat16). */
export function emptyElements(dtype: DType, shape: readonly number[]): Elements {
  return new (arrayOf(dtype).array)(elementCount(shape));
}

function arrayOf(dtype: DType) {
  // The protocols have no spelling for them.
  if (dtype === 'float16' || dtype === 'bfloat16') throw malformedMessage(`${dtype} has no form in JSON`);
  return { array: TYPED_ARRAYS[dtype], size: DTYPE_BYTES[dtype] };
}

/** Writes one JSON value. Integers must be whole, in range, and exact as JavaScript read them. Errors: `malformed-message`. */
export function writeElement(elements: Elements, index: number, value: unknown, dtype: DType): void {
  const refuse = () => malformedMessage(`JSON Value: ${JSON.stringify(value)?.slice(0, 80)} is not of expected type: ${dtype}`);
  if (dtype === 'bool') {
    if (typeof value !== 'boolean') throw refuse();
    elements[index] = value ? 1 : 0;
    return;
  }
  if (typeof value !== 'number') throw refuse();
  if (elements instanceof Float32Array || elements instanceof Float64Array) {
    elements[index] = value;
    return;
  }
  if (!Number.isSafeInteger(value)) throw refuse();
  if (elements instanceof BigInt64Array || elements instanceof BigUint64Array) {
    if (value < 0 && dtype === 'uint64') throw refuse();
    elements[index] = BigInt(value);
    return;
  }
  elements[index] = value;
  // Out of range wraps around.
  if (elements[index] !== value) throw refuse();
}
