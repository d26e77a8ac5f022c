import { DTYPE_BYTES, elementCount } from '../../core/dtypes.ts';
import { invariant } from '../../core/errors.ts';
import type { TensorSource } from '../../core/tensor-source.ts';
import type { ByteSink } from '../files/byte-sink.ts';
import { DTYPE_TO_SAFETENSORS } from './dtypes.ts';

/** The reference reader refuses longer headers. */
export const MAX_HEADER_BYTES = 100_000_000;

/**
 * Writes a safetensors file: `u64 header length`, JSON header padded with spaces so that the data starts at a multiple of 8 bytes, data.
 * Tensors stand in the order given, but those with wide elements first: then every tensor starts at a multiple of its element's size, which
 * PyTorch's reader needs. Each is read once, when its turn comes, and dropped.
 *
 * @param tensors by `state_dict` name; a name may stand there once
 * @param metadata the header's `__metadata__`, left out where empty
 */
export function writeSafetensors(
  sink: ByteSink,
  tensors: readonly (readonly [name: string, source: TensorSource])[],
  metadata: Readonly<Record<string, string>> = {},
): void {
  for (const _ of safetensorsSteps(sink, tensors, metadata)) {
    // Nobody else has a turn.
  }
}

/** `writeSafetensors` in steps: yields behind each tensor, so that another file can be written beside it. */
export function* safetensorsSteps(
  sink: ByteSink,
  tensors: readonly (readonly [name: string, source: TensorSource])[],
  metadata: Readonly<Record<string, string>> = {},
): Generator<void> {
  const ordered = tensors.toSorted(([, a], [, b]) => DTYPE_BYTES[b.dtype] - DTYPE_BYTES[a.dtype]);
  const header = encodeHeader(ordered, metadata);
  sink.write(header);
  for (const [name, source] of ordered) {
    const bytes = source.read();
    const expected = sizeOf(source);
    invariant(bytes.byteLength === expected, `${name} gave ${bytes.byteLength} bytes where its shape and dtype need ${expected}`);
    sink.write(bytes);
    yield;
  }
}

function encodeHeader(tensors: readonly (readonly [string, TensorSource])[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const entries: string[] = [];
  // Assembled as text: an object would reorder names that look like numbers.
  if (Object.keys(metadata).length > 0) entries.push(`"__metadata__":${JSON.stringify(metadata)}`);
  const names = new Set(['__metadata__']);
  let offset = 0;
  for (const [name, source] of tensors) {
    invariant(!names.has(name), `a safetensors file can't have a second tensor ${JSON.stringify(name)}`);
    names.add(name);
    const end = offset + sizeOf(source);
    const entry = { dtype: DTYPE_TO_SAFETENSORS[source.dtype], shape: source.shape, data_offsets: [offset, end] };
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    offset = end;
  }
  const json = Buffer.from(`{${entries.join(',')}}`, 'utf8');
  const paddedBytes = Math.ceil(json.byteLength / 8) * 8;
  invariant(paddedBytes <= MAX_HEADER_BYTES, `a safetensors header of ${paddedBytes} bytes is longer than readers take`);
  const header = Buffer.alloc(8 + paddedBytes, ' ');
  header.writeBigUInt64LE(BigInt(paddedBytes), 0);
  json.copy(header, 8);
  return header;
}

function sizeOf(source: TensorSource): number {
  return elementCount(source.shape) * DTYPE_BYTES[source.dtype];
}
