import type { PortRecord } from '../../bundle/manifest.ts';
import { TorchliftError } from '../../core/errors.ts';
import { seededRandom } from '../../core/seeded-random.ts';
import type { Tensor } from '../../engines/tensor.ts';
import type { Batch, BatchSource } from '../batch.ts';
import type { ChannelRange } from '../near-copies/fingerprint.ts';
import { batchSize } from './batch-size.ts';

/** Cells of the coarse field along one side: large areas, as photos have, instead of noise that a model averages away. */
const FIELD = 6;
const NOISE = 0.15;

/**
 * Inputs for where there is no data at all: seeded, so that two runs see the same. A picture (NHWC or NCHW with 1, 3 or 4 channels) is a coarse
 * random field with some noise, in the range of the pipeline; another float input is uniform in −1…1, an integer one in 0…255.
 *
 * They can show that two models compute the same, not that they decide real photos alike.
 */
export function generatedInputs(ports: readonly PortRecord[], ranges: readonly ChannelRange[], samples: number): BatchSource {
  const rows = batchSize(ports);
  return {
    total: samples,
    description: 'generated',
    arePictures: ports[0]?.layout !== null && ports[0]?.layout !== undefined,
    skipped: [],
    async *batches() {
      const random = seededRandom(1);
      for (let first = 0; first < samples; first += rows) {
        const count = Math.min(rows, samples - first);
        const inputs = ports.map((port) => generate(port, ranges, count, random));
        const batch: Batch = {
          inputs,
          rows: Array.from({ length: count }, (_, row) => ({ id: `generated ${first + row}`, image: null, bytes: null, scores: null, source: null })),
        };
        yield batch;
      }
    },
  };
}

function generate(port: PortRecord, ranges: readonly ChannelRange[], rows: number, random: () => number): Tensor {
  const sizes = port.shape.slice(1).map((size) => {
    if (typeof size === 'number') return size;
    throw new TorchliftError('usage', {
      what: `the input ${port.name} has a free size (${port.shape.join(', ')}), so nothing can be generated for it`,
      where: 'validate',
      remedy: 'Give --images or --inputs.',
    });
  });
  const shape = [rows, ...sizes];
  const count = shape.reduce((product, size) => product * size, 1);
  if (port.dtype === 'float32') {
    const values = port.layout === null ? uniform(count, random) : pictures(port.layout, shape, ranges, random);
    return { dtype: 'float32', shape, data: new Uint8Array(values.buffer) };
  }
  if (port.dtype === 'uint8') return { dtype: 'uint8', shape, data: Uint8Array.from({ length: count }, () => Math.floor(random() * 256)) };
  if (port.dtype === 'int32' || port.dtype === 'int64') {
    const values =
      port.dtype === 'int32'
        ? Int32Array.from({ length: count }, () => Math.floor(random() * 2))
        : BigInt64Array.from({ length: count }, () => BigInt(Math.floor(random() * 2)));
    return { dtype: port.dtype, shape, data: new Uint8Array(values.buffer) };
  }
  throw new TorchliftError('unsupported', {
    what: `nothing can be generated for the input ${port.name} of ${port.dtype}`,
    where: 'validate',
    remedy: 'Give --inputs with rows of your own.',
  });
}

function uniform(count: number, random: () => number): Float32Array {
  return Float32Array.from({ length: count }, () => 2 * random() - 1);
}

function pictures(layout: 'NHWC' | 'NCHW', shape: readonly number[], ranges: readonly ChannelRange[], random: () => number): Float32Array {
  const [rows = 0, ...sizes] = shape;
  const [height, width, channels] = (layout === 'NHWC' ? sizes : [sizes[1], sizes[2], sizes[0]]) as [number, number, number];
  const result = new Float32Array(rows * height * width * channels);
  const [rowStride, columnStride, channelStride] = layout === 'NHWC' ? [width * channels, channels, 1] : [width, 1, height * width];
  for (let picture = 0; picture < rows; picture++) {
    const contrast = random();
    for (let channel = 0; channel < channels; channel++) {
      const { low, high } = ranges[channel] ?? { low: 0, high: 1 };
      const field = Float32Array.from({ length: (FIELD + 1) ** 2 }, random);
      const base = picture * height * width * channels + channel * channelStride;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const value = between(field, (y / height) * FIELD, (x / width) * FIELD) + NOISE * (random() - 0.5);
          const share = Math.min(1, Math.max(0, 0.5 + (value - 0.5) * (0.5 + 2 * contrast)));
          result[base + y * rowStride + x * columnStride] = low + share * (high - low);
        }
      }
    }
  }
  return result;
}

/** Bilinear between the field's corners. */
function between(field: Float32Array, y: number, x: number): number {
  const [row, column] = [Math.floor(y), Math.floor(x)];
  const at = (dy: number, dx: number) => field[(row + dy) * (FIELD + 1) + column + dx] as number;
  const [v, h] = [y - row, x - column];
  return (1 - v) * ((1 - h) * at(0, 0) + h * at(0, 1)) + v * ((1 - h) * at(1, 0) + h * at(1, 1));
}
