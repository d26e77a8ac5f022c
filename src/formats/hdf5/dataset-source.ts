import { TorchliftError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/tensor-source.ts';
import type { Dataset } from './dataset.ts';
import type { Hdf5File, Hdf5Object } from './hdf5-file.ts';
import type { Hdf5Library } from './library.ts';
import { DAMAGED } from './paged-bytes.ts';

/** Deflate cannot make more than this of one byte (zlib's technical details: 258 bytes from 2 bits). */
const MAX_INFLATION = 1032;
/** A compressed model is allowed this much for constant tensors (fresh momenta, pruned weights), and beyond it 16 times its file. */
const FREE_INFLATION_BYTES = 2 ** 30;
const MAX_MODEL_INFLATION = 16;
/** A chunk is unpacked whole, in the HDF5 library's memory. h5py's own guess is 1 MiB at most. */
const MAX_CHUNK_BYTES = 128 * 1024 * 1024;

/** Adds up what the weights of one file declare, so that all together they can't claim more than the file can hold. */
export class DeclaredBytes {
  #plain = 0;
  #packed = 0;

  /** Errors: `limit-exceeded`. */
  add(file: Hdf5File, object: Hdf5Object, dataset: Dataset): void {
    const { size } = file.bytes;
    if (dataset.filters.includes('gzip')) this.#packed += dataset.sizeBytes;
    else this.#plain += dataset.sizeBytes;
    const packedLimit = Math.min(MAX_INFLATION * size, FREE_INFLATION_BYTES + MAX_MODEL_INFLATION * size);
    // The negation also catches what no number can hold.
    if (this.#plain <= size && this.#packed <= packedLimit) return;
    throw new TorchliftError('limit-exceeded', {
      what: `shape [${dataset.shape}] declares ${dataset.sizeBytes} bytes, more than a file of ${size} bytes can hold`,
      where: file.place(object),
      remedy: 'The shape is forged or damaged. Save the model again from Keras.',
    });
  }
}

/**
 * The source of a weight. Contiguous data are read straight from the file, with one copy; chunked ones go through the HDF5 library, which is
 * loaded here so that `read` can stay synchronous. Errors: `malformed-weights`, `unsupported`, `limit-exceeded`; on read also `malformed-file`.
 */
export async function datasetSource(file: Hdf5File, object: Hdf5Object, dataset: Dataset): Promise<TensorSource> {
  const place = file.place(object);
  const { shape, type, layout, sizeBytes } = dataset;
  if (type.kind !== 'number') {
    throw new TorchliftError('unsupported', {
      what: `a weight of ${type.kind === 'other' ? type.name : 'string'} elements is not supported`,
      where: place,
      remedy: 'Weights must be numbers. Remove the layer that holds this from the model and save it again.',
    });
  }
  const read = await reader(file, object, dataset);
  return {
    dtype: type.dtype,
    shape,
    place,
    read() {
      const bytes = sizeBytes === 0 ? new Uint8Array(0) : read();
      // The library swaps by itself.
      return type.bigEndian && layout.kind !== 'chunked' ? swapBytes(bytes, type.size) : bytes;
    },
  };
}

async function reader(file: Hdf5File, object: Hdf5Object, { shape, type, layout, sizeBytes }: Dataset): Promise<() => Uint8Array> {
  const malformed = (what: string) => new TorchliftError('malformed-weights', { what, where: file.place(object), remedy: DAMAGED });
  if (sizeBytes === 0) return () => new Uint8Array(0);
  switch (layout.kind) {
    case 'compact':
      if (layout.size < sizeBytes) throw malformed(`shape [${shape}] needs ${sizeBytes} bytes, ${layout.size} are there`);
      return () => file.bytes.read(layout.offset, sizeBytes);
    case 'contiguous': {
      if (layout.address === undefined) throw malformed('nothing was ever written to this weight');
      if (layout.size !== undefined && layout.size !== sizeBytes)
        throw malformed(`shape [${shape}] needs ${sizeBytes} bytes, ${layout.size} are there`);
      const offset = object.header.geometry.base + layout.address;
      if (offset + sizeBytes > file.bytes.size) throw malformed(`its ${sizeBytes} bytes at ${offset} reach past the end of the file`);
      return () => file.bytes.read(offset, sizeBytes);
    }
    case 'chunked': {
      const { chunk } = layout;
      if (chunk.length !== shape.length || chunk.some((size) => size === 0)) throw malformed(`chunks of [${chunk}] for a shape of [${shape}]`);
      const chunkBytes = chunk.reduce((product, size) => product * size, type.size);
      if (!(chunkBytes <= MAX_CHUNK_BYTES)) {
        throw new TorchliftError('limit-exceeded', {
          what: `chunks of ${chunkBytes} bytes, at most ${MAX_CHUNK_BYTES} are read`,
          where: file.place(object),
          remedy: 'Rewrite the file without chunks: h5repack -l CONTI old.h5 new.h5',
        });
      }
      const library: Hdf5Library = await file.library();
      return () => library.readDataset(object.path, shape, type.size, chunk[0] ?? 1);
    }
  }
}

/** In a copy, since `bytes` may be a view of something kept. */
function swapBytes(bytes: Uint8Array, width: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  const buffer = Buffer.from(copy.buffer);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
  return copy;
}
