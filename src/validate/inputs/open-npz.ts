import { basename } from 'node:path';
import type { PortRecord } from '../../bundle/manifest.ts';
import { TorchliftError } from '../../core/errors.ts';
import type { Tensor } from '../../engines/tensor.ts';
import { type NpzArray, NpzFile } from '../../formats/npy/npz-file.ts';
import { batchSize } from './batch-size.ts';
import type { OpenedSource } from './opened-source.ts';
import type { SourceContext } from './source-context.ts';

/**
 * Rows of a `.npz`: one array for each of the model's inputs, by name; `x`, or the only array there is, where the model has one. Errors:
 * `file-not-found`, `malformed-file` (arrays that aren't the model's inputs), `unsupported` (another dtype).
 */
export async function openNpz(path: string, { manifest, ranges, samples = Number.POSITIVE_INFINITY }: SourceContext): Promise<OpenedSource> {
  const file = new NpzFile(path);
  try {
    const arrays = manifest.inputs.map((port) => ({ port, array: arrayOf(file, port, manifest.inputs.length, path) }));
    const counts = new Set(arrays.map(({ array }) => array.shape[0] ?? 0));
    if (counts.size > 1)
      throw malformed(
        path,
        `its arrays have different numbers of rows: ${arrays.map(({ port, array }) => `${port.name} ${array.shape[0]}`).join(', ')}`,
      );
    const total = Math.min(samples, ...counts);
    const rows = batchSize(manifest.inputs);
    return {
      total,
      description: path,
      arePictures: manifest.inputs.length === 1 && manifest.inputs[0]?.layout !== null,
      isRecorded: false,
      ranges,
      pipeline: null,
      warnings: leftOver(file.names, manifest.inputs),
      skipped: [],
      async *batches() {
        for (let from = 0; from < total; from += rows) {
          const to = Math.min(from + rows, total);
          yield {
            inputs: arrays.map(({ port, array }) => tensorOf(array, port, from, to)),
            rows: Array.from({ length: to - from }, (_, row) => ({ id: `row ${from + row}`, image: null, bytes: null, scores: null, source: null })),
          };
        }
      },
      imageOf: (name) => (/^row \d+$/.test(name) ? name : undefined),
      close: async () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function arrayOf(file: NpzFile, { name, dtype, shape }: PortRecord, inputs: number, path: string): NpzArray {
  const only = inputs === 1 ? (file.array('x') ?? (file.names.length === 1 ? file.array(file.names[0] as string) : undefined)) : undefined;
  const array = file.array(name) ?? only;
  if (array === undefined) throw malformed(path, `has no array ${name}; it has ${file.names.join(', ') || 'none'}`);
  const [, ...sizes] = shape;
  const fits = array.shape.length === shape.length && sizes.every((size, axis) => typeof size !== 'number' || size === array.shape[axis + 1]);
  if (!fits) throw malformed(path, `has rows of [${array.shape.slice(1).join(', ')}] for ${name}, the model takes [${sizes.join(', ')}]`);
  if (array.dtype === dtype || (dtype === 'float32' && (array.dtype === 'uint8' || array.dtype === 'float64'))) return array;
  throw new TorchliftError('unsupported', {
    what: `has ${array.dtype} for ${name}, the model takes ${dtype}`,
    where: path,
    remedy: `Save it as ${name}.astype("${dtype}").`,
  });
}

/** Arrays that nothing is done with: a slip, unless they are the names that `torchlift preprocess` writes. */
function leftOver(names: readonly string[], inputs: readonly PortRecord[]): readonly string[] {
  const known = [...inputs.map(({ name }) => name), 'names', ...(inputs.length === 1 ? ['x'] : [])];
  const others = names.length === 1 && inputs.length === 1 ? [] : names.filter((name) => !known.includes(name));
  return others.length === 0 ? [] : [`the model has no inputs ${others.join(', ')}: these arrays weren't used`];
}

function tensorOf(array: NpzArray, { dtype }: PortRecord, from: number, to: number): Tensor {
  const shape = [to - from, ...array.shape.slice(1)];
  // Elements are read where they lie, and a part of a file may start anywhere.
  const data = new Uint8Array(array.rows(from, to));
  if (array.dtype === dtype) return { dtype, shape, data };
  const values = array.dtype === 'uint8' ? Float32Array.from(data) : Float32Array.from(new Float64Array(data.buffer));
  return { dtype: 'float32', shape, data: new Uint8Array(values.buffer) };
}

function malformed(path: string, what: string): TorchliftError {
  return new TorchliftError('malformed-file', {
    what,
    where: basename(path),
    remedy: 'Save one array for each input: numpy.savez(path, input_1=…).',
  });
}
