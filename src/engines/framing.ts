import type { DType } from '../core/dtypes.ts';
import { DTYPE_BYTES } from '../core/dtypes.ts';
import { TorchliftError } from '../core/errors.ts';
import { type Tensor, tensorBytes } from './tensor.ts';

/**
 * Frames on a stream socket: 4 bytes of header length (little endian), a JSON header, then the tensors' raw bytes. The header's `tensors`
 * lists {name, dtype, shape} of what follows. `python/torchlift_worker/framing.py` is the other end.
 */
export interface Frame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly tensors: readonly Tensor[];
}

/** A worker's answer is small but for its tensors; more than this is a broken stream. */
const MAX_HEADER_BYTES = 1 << 24;
/** Node holds no larger buffer at once on every platform. */
const MAX_TENSOR_BYTES = 2 ** 32;

/** The chunks of a frame, to be written one after the other; tensors aren't copied. */
export function encodeFrame(header: Readonly<Record<string, unknown>>, tensors: readonly Tensor[]): readonly Uint8Array[] {
  const described = tensors.map(({ dtype, shape }, index) => ({ name: String(index), dtype, shape }));
  const text = Buffer.from(JSON.stringify({ ...header, tensors: described }));
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(text.byteLength);
  return [prefix, text, ...tensors.map(({ data }) => data).filter((data) => data.byteLength > 0)];
}

/** Takes a stream's chunks as they come and gives the frames that are complete. Errors: `worker-failed` on a broken frame. */
export class FrameDecoder {
  #chunks: Buffer[] = [];
  #available = 0;
  #header: { readonly value: Readonly<Record<string, unknown>>; readonly tensors: readonly TensorHeader[] } | undefined;

  push(chunk: Buffer): readonly Frame[] {
    this.#chunks.push(chunk);
    this.#available += chunk.byteLength;
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | undefined {
    if (this.#header === undefined) {
      if (this.#available < 4) return undefined;
      this.#join();
      const length = this.#peek(4).readUInt32LE();
      if (length > MAX_HEADER_BYTES) throw broken(`a header of ${length} bytes`);
      if (this.#available < 4 + length) return undefined;
      this.#take(4);
      this.#header = parseHeader(this.#take(length).toString());
    }
    const { value, tensors } = this.#header;
    const sizes = tensors.map(({ dtype, shape }) => tensorBytes(dtype, shape));
    if (this.#available < sizes.reduce((sum, size) => sum + size, 0)) return undefined;
    this.#join();
    this.#header = undefined;
    return { header: value, tensors: tensors.map(({ dtype, shape }, index) => ({ dtype, shape, data: this.#take(sizes[index] ?? 0) })) };
  }

  #join(): void {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  #peek(size: number): Buffer {
    return (this.#chunks[0] ?? Buffer.alloc(0)).subarray(0, size);
  }

  #take(size: number): Buffer {
    const [chunk = Buffer.alloc(0)] = this.#chunks;
    this.#chunks = [chunk.subarray(size)];
    this.#available -= size;
    return chunk.subarray(0, size);
  }
}

interface TensorHeader {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

function parseHeader(text: string): { value: Readonly<Record<string, unknown>>; tensors: readonly TensorHeader[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken('a header that is no JSON');
  }
  const tensors = (value as { tensors?: unknown } | null)?.tensors;
  if (!Array.isArray(tensors) || !tensors.every(isTensorHeader)) throw broken('a header without a list of tensors');
  return { value: value as Readonly<Record<string, unknown>>, tensors };
}

function isTensorHeader(value: unknown): value is TensorHeader {
  const { dtype, shape } = (value ?? {}) as Partial<TensorHeader>;
  return (
    typeof dtype === 'string' &&
    Object.hasOwn(DTYPE_BYTES, dtype) &&
    Array.isArray(shape) &&
    shape.every((size) => Number.isInteger(size) && size >= 0) &&
    tensorBytes(dtype, shape) <= MAX_TENSOR_BYTES
  );
}

function broken(what: string): TorchliftError {
  return new TorchliftError('worker-failed', { what: `the worker sent ${what}` });
}
