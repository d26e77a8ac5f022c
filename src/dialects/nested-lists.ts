import type { DType } from '../core/dtypes.ts';
import { elementsOf, emptyElements, writeElement } from './elements.ts';
import { malformedMessage } from './malformed-message.ts';
import { printFloat } from './print-float.ts';
import type { WireTensor } from './wire-tensor.ts';

/**
 * A tensor from a value, a list, or lists of lists, as its first elements are nested; every other list must fit.
 * Byte strings are strings (taken as UTF-8) or `{"b64": …}`. Errors: `malformed-message`.
 */
export function tensorFromLists(name: string, dtype: WireTensor['dtype'], value: unknown): WireTensor {
  const shape = shapeOf(value);
  if (dtype === 'bytes') {
    const elements: Uint8Array[] = [];
    fill(value, shape, 0, (element) => elements.push(bytesOf(element)));
    return { name, dtype, shape, elements };
  }
  const elements = emptyElements(dtype, shape);
  let index = 0;
  fill(value, shape, 0, (element) => writeElement(elements, index++, element, dtype));
  return { name, dtype, shape, data: new Uint8Array(elements.buffer) };
}

function shapeOf(value: unknown): readonly number[] {
  const shape: number[] = [];
  for (let inner = value; Array.isArray(inner); [inner] = inner) shape.push(inner.length);
  return shape;
}

function fill(value: unknown, shape: readonly number[], level: number, put: (element: unknown) => void): void {
  if (!Array.isArray(value)) {
    if (level !== shape.length) throw malformedMessage(`a value at level ${level}, where a list of ${shape[level]} is expected`);
    put(value);
    return;
  }
  if (level >= shape.length) throw malformedMessage(`a list at level ${level}, where a value is expected`);
  if (value.length !== shape[level]) throw malformedMessage(`a list of ${value.length} at level ${level}, expected size: ${shape[level]}`);
  for (const inner of value) fill(inner, shape, level + 1, put);
}

/** Base64 as TensorFlow Serving takes it: padded or not; nothing else may be in it. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function bytesOf(value: unknown): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value);
  if (!isBase64Object(value)) throw malformedMessage(`JSON Value: ${JSON.stringify(value)?.slice(0, 80)} is no string and no {"b64": …}`);
  if (!BASE64.test(value.b64)) throw malformedMessage('Unable to base64 decode');
  return Buffer.from(value.b64, 'base64');
}

/** The form of bytes: an object with the one key `b64`. */
export function isBase64Object(value: unknown): value is { readonly b64: string } {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 1 && typeof (value as { b64?: unknown }).b64 === 'string';
}

/** How a float of this dtype is written. */
type PrintFloat = (value: number, dtype: 'float32' | 'float64') => string;

/**
 * The texts of a tensor's elements in C order. Bytes become `{"b64": …}` where `asBase64`, else strings.
 * Errors: `malformed-message` (float16, bfloat16).
 */
export function printElements(tensor: WireTensor, asBase64: boolean, print: PrintFloat = printFloat): readonly string[] {
  if (tensor.dtype === 'bytes') {
    return tensor.elements.map((bytes) => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return asBase64 ? `{"b64":"${buffer.toString('base64')}"}` : JSON.stringify(buffer.toString());
    });
  }
  const { dtype, data } = tensor;
  return Array.from(elementsOf(dtype, data) as ArrayLike<number | bigint>, (element) => printElement(element, dtype, print));
}

function printElement(element: number | bigint, dtype: DType, print: PrintFloat): string {
  if (dtype === 'bool') return element === 0 ? 'false' : 'true';
  return dtype === 'float32' || dtype === 'float64' ? print(element as number, dtype) : String(element);
}

/** Nested lists of the elements' texts; the text itself where the shape is `[]`. */
export function printLists(texts: readonly string[], shape: readonly number[]): string {
  const [size, ...inner] = shape;
  if (size === undefined) return texts[0] as string;
  if (inner.length === 0) return `[${texts.join(',')}]`;
  const step = texts.length / size;
  return `[${Array.from({ length: size }, (_, index) => printLists(texts.slice(index * step, (index + 1) * step), inner)).join(',')}]`;
}
