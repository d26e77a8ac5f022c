import { isUtf8 } from 'node:buffer';
import { DTYPE_BYTES, elementCount } from '../../core/dtypes.ts';
import { malformedMessage } from '../malformed-message.ts';
import { printElements, tensorFromLists } from '../nested-lists.ts';
import { parseMessage } from '../parse-message.ts';
import type { WireTensor } from '../wire-tensor.ts';
import { decodeByteStrings, encodeByteStrings } from './byte-strings.ts';
import { DATATYPES, dtypeOfDatatype } from './datatypes.ts';

/**
 * A request's or an answer's body: JSON, and behind it the tensors of the binary extension.
 * `jsonBytes` is what the header `Inference-Header-Content-Length` says; undefined where the body is JSON alone.
 */
export interface MessageBody {
  readonly body: Uint8Array;
  readonly jsonBytes: number | undefined;
}

/** `Inference-Header-Content-Length`, in the spelling of fetch and of Node. */
export const JSON_LENGTH_HEADER = 'inference-header-content-length';

/**
 * Writes an object with its tensors under `key`; in binary, or as flat lists in JSON, floats as TensorFlow Serving prints them, bytes that are no
 * text as base64, with `content_type` saying so.
 */
export function encodeMessage(
  fields: Readonly<Record<string, unknown>>,
  key: 'inputs' | 'outputs',
  tensors: readonly { readonly tensor: WireTensor; readonly binary: boolean }[],
): MessageBody {
  const binaries: Uint8Array[] = [];
  const described = tensors.map(({ tensor, binary }) => {
    const { name, shape, dtype } = tensor;
    const head = { name, shape, datatype: DATATYPES[dtype] };
    if (!binary && tensor.dtype === 'bytes' && !tensor.elements.every(isUtf8)) {
      const texts = tensor.elements.map((bytes) => `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}"`);
      return withList({ ...head, parameters: { content_type: BASE64 } }, 'data', texts);
    }
    if (!binary) return withList(head, 'data', printElements(tensor, false));
    const data = tensor.dtype === 'bytes' ? encodeByteStrings(tensor.elements) : tensor.data;
    binaries.push(data);
    return JSON.stringify({ ...head, parameters: { binary_data_size: data.byteLength } });
  });
  const json = Buffer.from(withList(fields, key, described));
  return { body: Buffer.concat([json, ...binaries]), jsonBytes: binaries.length === 0 ? undefined : json.byteLength };
}

/** What says that the strings of BYTES in JSON are base64 of them, which has no form of its own there (MLServer, content types). */
const BASE64 = 'base64';

function fromBase64(text: Uint8Array): Uint8Array {
  const string = Buffer.from(text).toString();
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(string)) throw malformedMessage('Unable to base64 decode');
  return Buffer.from(string, 'base64');
}

/** An object's JSON with a last key whose list is printed already. */
function withList(fields: Readonly<Record<string, unknown>>, key: string, texts: readonly string[]): string {
  const start = JSON.stringify(fields).slice(0, -1);
  return `${start}${start === '{' ? '' : ','}"${key}":[${texts.join(',')}]}`;
}

export interface DecodedMessage {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly tensors: readonly WireTensor[];
}

/** Reads a body. Every byte behind the JSON must belong to a tensor. Errors: `malformed-message`. */
export function decodeMessage({ body, jsonBytes = body.byteLength }: MessageBody, key: 'inputs' | 'outputs'): DecodedMessage {
  if (!Number.isInteger(jsonBytes) || jsonBytes < 0 || jsonBytes > body.byteLength) {
    throw malformedMessage(`Inference-Header-Content-Length is ${jsonBytes}, the body has ${body.byteLength} bytes`);
  }
  const fields = parseMessage(Buffer.from(body.buffer, body.byteOffset, jsonBytes).toString());
  const listed = fields[key];
  if (!Array.isArray(listed)) throw malformedMessage(`the message has no list of ${key}`);
  let at = jsonBytes;
  const tensors = listed.map((entry): WireTensor => {
    const { name, datatype, shape, data, parameters } = (entry ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string') throw malformedMessage(`a tensor of ${key} has no name`);
    if (!isShape(shape)) throw malformedMessage(`tensor ${name} has shape ${JSON.stringify(shape)}`);
    const dtype = dtypeOfDatatype(datatype);
    const { binary_data_size: size, content_type: type } = (parameters ?? {}) as { binary_data_size?: unknown; content_type?: unknown };
    if (size === undefined) {
      const tensor = fromJson(name, dtype, shape, data);
      return tensor.dtype === 'bytes' && type === BASE64 ? { ...tensor, elements: tensor.elements.map(fromBase64) } : tensor;
    }
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || at + size > body.byteLength) {
      throw malformedMessage(`tensor ${name} has binary_data_size ${JSON.stringify(size)}, ${body.byteLength - at} bytes are left`);
    }
    at += size;
    return fromBinary(name, dtype, shape, body.subarray(at - size, at));
  });
  if (at !== body.byteLength) throw malformedMessage(`${body.byteLength - at} bytes behind the last tensor`);
  return { fields, tensors };
}

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** Flat, or nested as the shape is; the order is the same. */
function fromJson(name: string, dtype: WireTensor['dtype'], shape: readonly number[], data: unknown): WireTensor {
  if (!Array.isArray(data)) throw malformedMessage(`tensor ${name} has no data`);
  const flat = data.flat(Math.max(shape.length - 1, 0));
  if (flat.length !== elementCount(shape)) throw malformedMessage(`tensor ${name} of shape [${shape}] has ${flat.length} elements`);
  return { ...tensorFromLists(name, dtype, flat), shape };
}

function fromBinary(name: string, dtype: WireTensor['dtype'], shape: readonly number[], data: Uint8Array): WireTensor {
  const count = elementCount(shape);
  if (dtype === 'bytes') {
    const elements = decodeByteStrings(data);
    if (elements.length !== count) throw malformedMessage(`tensor ${name} of shape [${shape}] has ${elements.length} elements`);
    return { name, dtype, shape, elements };
  }
  const expected = count * DTYPE_BYTES[dtype];
  if (data.byteLength !== expected) throw malformedMessage(`tensor ${name} of shape [${shape}] has ${data.byteLength} bytes, expected ${expected}`);
  return { name, dtype, shape, data };
}
