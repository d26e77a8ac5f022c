import type { PortRecord } from '../bundle/manifest.ts';
import { DTYPE_BYTES, type DType, elementCount } from '../core/dtypes.ts';
import { TorchliftError } from '../core/errors.ts';
import type { Tensor } from '../engines/tensor.ts';

/** What is taken for the height and width of an image where the model takes any. */
const FREE_IMAGE_SIZE = 224;
/** Of one input; far from what a frame to a worker holds (4 GiB). */
const MAX_BATCH_BYTES = 2 ** 31;

/**
 * A batch that the model takes, always the same: floats from 0 to 1, bytes over their whole range, other integers 0 and 1 (there may be no
 * third row in an embedding). Values don't change how long a convolution takes. Errors: `usage` (a size that can't be known, a batch that the
 * model doesn't take), `limit-exceeded`.
 */
export function exampleBatch(inputs: readonly PortRecord[], batchSize: number): readonly Tensor[] {
  return inputs.map((port) => {
    const shape = port.shape.map((size, axis) => sizeOf(port, size, axis, batchSize));
    const bytes = elementCount(shape) * DTYPE_BYTES[port.dtype];
    if (bytes > MAX_BATCH_BYTES) {
      throw new TorchliftError('limit-exceeded', {
        what: `a batch of ${batchSize} takes ${bytes} bytes for ${port.name}`,
        remedy: 'Choose a smaller --batch-size.',
      });
    }
    return { dtype: port.dtype, shape, data: values(port.dtype, elementCount(shape)) };
  });
}

function sizeOf({ name, layout, shape }: PortRecord, size: number | string, axis: number, batchSize: number): number {
  if (axis === 0) {
    if (typeof size === 'number' && size !== batchSize) {
      throw new TorchliftError('usage', { what: `${name} takes batches of ${size}, not of ${batchSize}`, where: '--batch-size' });
    }
    return batchSize;
  }
  if (typeof size === 'number') return size;
  if (layout !== null && axis !== (layout === 'NHWC' ? 3 : 1)) return FREE_IMAGE_SIZE;
  throw new TorchliftError('usage', {
    what: `input ${name} has the shape [${shape.join(', ')}]: ${size} can be anything, so there is nothing to measure with`,
  });
}

function values(dtype: DType, count: number): Uint8Array {
  // Fibonacci hashing: spread out, and the same everywhere.
  const spread = (index: number) => (Math.imul(index, 2654435761) >>> 0) / 2 ** 32;
  switch (dtype) {
    case 'float32':
      return new Uint8Array(Float32Array.from({ length: count }, (_, index) => spread(index)).buffer);
    case 'float64':
      return new Uint8Array(Float64Array.from({ length: count }, (_, index) => spread(index)).buffer);
    case 'uint8':
      return Uint8Array.from({ length: count }, (_, index) => Math.floor(spread(index) * 256));
    default: {
      // Little endian: 0 or 1 in the first byte, whatever the width. Half floats: zeros.
      const bytes = new Uint8Array(count * DTYPE_BYTES[dtype]);
      if (dtype !== 'float16' && dtype !== 'bfloat16') for (let index = 0; index < count; index++) bytes[index * DTYPE_BYTES[dtype]] = index & 1;
      return bytes;
    }
  }
}
