import { type DType, isFloat } from '../../../core/dtypes.ts';
import { bfloat16Bits, bfloat16Numbers, float16Bits, float16Numbers } from './floats.ts';
import { allocate, contiguousView, materialize, type Storage, type View } from './view.ts';

export type Numbers = Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** The view with elements that plain arithmetic can read: half floats and odd integer widths become floats. 64-bit integers must be below 2^53. */
export function numericView(view: View): View & { readonly data: Numbers } {
  const { data, dtype } = view;
  if (view.wide || data instanceof Float32Array || data instanceof Float64Array || data instanceof Int32Array || data instanceof Uint8Array) {
    return view as View & { readonly data: Numbers };
  }
  const elements = materialize(view);
  let numbers: Numbers;
  if (dtype === 'float16') numbers = float16Numbers(elements as Uint16Array);
  else if (dtype === 'bfloat16') numbers = bfloat16Numbers(elements as Uint16Array);
  else numbers = Float64Array.from(elements as ArrayLike<number | bigint>, Number);
  return contiguousView(numbers, dtype, view.shape) as View & { readonly data: Numbers };
}

/** Numbers as `dtype`'s storage: rounded once to a float, truncated toward zero to an integer, true where not 0. */
export function storeNumbers(numbers: Numbers, dtype: DType): Storage {
  if (dtype === 'float32') return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
  if (dtype === 'float64') return numbers instanceof Float64Array ? numbers : Float64Array.from(numbers);
  if (dtype === 'bfloat16') return bfloat16Bits(numbers);
  if (dtype === 'float16') return float16Bits(numbers);
  const result = allocate(dtype, numbers.length);
  if (result instanceof BigInt64Array || result instanceof BigUint64Array) {
    for (let index = 0; index < numbers.length; index++) result[index] = BigInt(Math.trunc(numbers[index] as number));
  } else if (dtype === 'bool') {
    for (let index = 0; index < numbers.length; index++) result[index] = (numbers[index] as number) === 0 ? 0 : 1;
  } else {
    for (let index = 0; index < numbers.length; index++) result[index] = Math.trunc(numbers[index] as number);
  }
  return result;
}

/** ONNX Cast. The operand is rounded to its own dtype first: a Cast sees float32, not the double behind it. */
export function castView(view: View, dtype: DType): View {
  if (view.dtype === dtype) return view;
  const source = view.wide ? roundView(view) : view;
  const numeric = numericView(source);
  return contiguousView(storeNumbers(materialize(numeric) as Numbers, dtype), dtype, view.shape);
}

/** Doubles of a wide view rounded to its dtype; anything else as it is. */
export function roundView(view: View): View {
  if (!view.wide) return view;
  return contiguousView(storeNumbers(materialize(view) as Float64Array<ArrayBuffer>, view.dtype), view.dtype, view.shape);
}

/** Whether arithmetic on `dtype` runs in doubles until the end. */
export function keepsDoubles(dtype: DType): boolean {
  return isFloat(dtype);
}
