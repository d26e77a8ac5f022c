import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { SourceRecord } from '../bundle/manifest.ts';
import type { Graph } from '../compiler/graph/graph.ts';
import { importKeras } from '../compiler/keras/import-keras.ts';
import { withArchitecture } from '../compiler/keras/with-architecture.ts';
import { importOnnx } from '../compiler/onnx/import/import-onnx.ts';
import { TorchliftError } from '../core/errors.ts';
import { readTextFile } from '../core/read-text-file.ts';
import { readKerasH5 } from '../formats/hdf5/keras-h5.ts';
import type { KerasModelFile } from '../formats/keras-model-file.ts';
import { openOnnxFile } from '../formats/onnx/open-onnx-file.ts';
import { parsePythonJson } from '../formats/python-json.ts';
import { readTfjsLayers } from '../formats/tfjs/read-tfjs-layers.ts';
import { detectFormat } from './detect-format.ts';

/** A source, imported; its weights stay in the file until `close`. */
export interface OpenModel {
  readonly graph: Graph;
  readonly warnings: readonly string[];
  /** What the source consists of, in the order in which it is hashed. */
  readonly paths: readonly string[];
  readonly record: Omit<SourceRecord, 'sha256'>;
  close(): void;
}

export interface OpenOptions {
  readonly classes?: readonly string[];
  readonly preprocess?: readonly unknown[];
  readonly architecture?: string;
}

/** Opens and imports whatever `file` is. Errors: those of the readers and importers; `unsupported` for formats that aren't converted. */
export async function openModel(file: string, options: OpenOptions): Promise<OpenModel> {
  const { format, path } = detectFormat(file);
  switch (format) {
    case 'keras-h5':
      return openKeras(await readKerasH5(path), [path], options);
    case 'tfjs-layers': {
      const model = await readTfjsLayers(path);
      return openKeras(model, [path, ...model.shards.map((shard) => join(dirname(path), shard))], options);
    }
    case 'onnx':
      return openOnnx(path, options);
    default:
      throw new TorchliftError('unsupported', { what: `${FORMAT_NAMES[format]} can't be converted`, where: file, remedy: REMEDIES[format] });
  }
}

const FORMAT_NAMES = {
  'keras-archive': 'a .keras archive',
  'saved-model': 'a TensorFlow SavedModel',
  safetensors: 'a safetensors file holds weights without an architecture: it',
  torch: 'a PyTorch file is what a conversion makes: it',
} as const;

const REMEDIES = {
  'keras-archive': 'Load it in TensorFlow and save it as model.save("model.h5").',
  'saved-model': 'If it was made from a Keras model, load that and save it as model.save("model.h5").',
  safetensors: 'Convert the model.onnx of the same bundle.',
  torch: 'Use torchlift inspect to see what is in it.',
} as const;

function openKeras(file: KerasModelFile, paths: readonly string[], { architecture, ...options }: OpenOptions): OpenModel {
  try {
    const { graph, warnings } = importKeras(architecture === undefined ? file : addArchitecture(file, architecture), options);
    const record = {
      file: file.fileName,
      sizeBytes: paths.reduce((sum, path) => sum + statSync(path).size, 0),
      format: file.format,
      framework: 'keras',
      frameworkVersion: graph.model.frameworkVersion,
      bytes: file.bytes,
    } as const;
    const replaced = architecture !== undefined && file.config !== undefined;
    return { graph, warnings: replaced ? [...warnings, REPLACED] : warnings, paths, record, close: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

const REPLACED = 'the file has an architecture of its own; that of --architecture was taken instead';

function addArchitecture(file: KerasModelFile, path: string): KerasModelFile {
  const text = readTextFile(path, 'Give --architecture what model.to_json() returned, in a file.');
  let json: unknown;
  try {
    json = parsePythonJson(text);
  } catch (cause) {
    throw new TorchliftError('malformed-config', {
      what: /^\W?HDF/.test(text) ? 'is an HDF5 file, not JSON' : `isn't JSON: ${(cause as Error).message}`,
      where: path,
      remedy: 'Give what model.to_json() returned, in a file.',
      cause,
    });
  }
  return withArchitecture(file, json, basename(path));
}

function openOnnx(path: string, options: OpenOptions): OpenModel {
  const file = openOnnxFile(path);
  try {
    const graph = importOnnx(file);
    const { initializers } = file.model.graph;
    const external = [
      ...new Set(initializers.flatMap(({ external }) => (external === undefined || external.refusal ? [] : external.location))),
    ].sort();
    const paths = [path, ...external.map((location) => join(dirname(path), location))];
    const sizeBytes = paths.reduce((sum, each) => sum + statSync(each).size, 0);
    const weights = initializers.reduce((sum, tensor) => sum + tensor.sizeBytes, 0);
    const model = {
      ...graph.model,
      ...(options.classes && { classes: options.classes }),
      ...(options.preprocess && { preprocess: options.preprocess }),
    };
    const record = {
      file: file.fileName,
      sizeBytes,
      format: 'onnx',
      framework: graph.model.framework,
      frameworkVersion: graph.model.frameworkVersion,
      bytes: { weights, optimizer: 0, rest: sizeBytes - weights },
    } as const;
    return { graph: { ...graph, model }, warnings: [], paths, record, close: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}
