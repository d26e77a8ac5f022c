import { basename } from 'node:path';
import { TorchliftError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/tensor-source.ts';
import { openByteSource } from '../files/open-byte-source.ts';
import type { KerasModelFile, NamedWeight } from '../keras-model-file.ts';
import { parsePythonJson } from '../python-json.ts';
import { dequantize } from './dequantize.ts';
import { Shards } from './shards.ts';
import { type ManifestWeight, parseWeightsManifest } from './weights-manifest.ts';

/** A topology and a manifest of thousands of weights take a few MiB; the weights themselves aren't in this file. */
const MAX_JSON_BYTES = 128 * 1024 * 1024;

type Json = Readonly<Record<string, unknown>>;

export interface TfjsLayersFile extends KerasModelFile {
  /** Base names of the weight files beside `model.json`, each once, in the manifest's order. */
  readonly shards: readonly string[];
}

/**
 * Reads the `model.json` of a TensorFlow.js layers model and the weight files beside it. Weights stay in their files until read, and are
 * dequantised then.
 *
 * Errors: `file-not-found`, `not-a-model`, `malformed-config` (no JSON, or another shape of it), `malformed-weights` (files missing or too
 * short), `unsafe-file` (weights elsewhere than beside `model.json`), `unsupported` (graph models, other dtypes), `limit-exceeded`, `io`.
 */
export async function readTfjsLayers(path: string): Promise<TfjsLayersFile> {
  const fileName = basename(path);
  const { json, sizeBytes } = readJson(path, fileName);
  const topology = modelTopology(json, fileName);
  const manifest = json.weightsManifest == null ? [] : parseWeightsManifest(json.weightsManifest, fileName);
  const weights: NamedWeight[] = [];
  const bytes = { weights: 0, optimizer: 0, rest: sizeBytes };
  for (const group of manifest) {
    const shards = new Shards(path, fileName, group.paths);
    let offset = 0;
    for (const weight of group.weights) {
      const place = `${fileName}: ${weight.name}`;
      if (!(offset + weight.storedBytes <= shards.sizeBytes)) {
        throw new TorchliftError('malformed-weights', {
          what: `shape [${weight.shape}] needs ${weight.storedBytes} bytes at ${offset}, but ${group.paths.join(', ').slice(0, 200)} have ${shards.sizeBytes}`,
          where: place,
          remedy: 'The weight files are cut short or belong to another model. Copy or convert them again.',
        });
      }
      if (weight.isOptimizer) bytes.optimizer += weight.storedBytes;
      else {
        bytes.weights += weight.storedBytes;
        weights.push({ name: weight.name, source: weightSource(shards, offset, weight, place) });
      }
      offset += weight.storedBytes;
    }
    bytes.rest += shards.sizeBytes - offset;
  }
  return {
    format: 'tfjs-layers',
    fileName,
    config: topology.config,
    trainingConfig: topology.trainingConfig ?? json.trainingConfig,
    kerasVersion: topology.kerasVersion,
    backend: topology.backend,
    groups: [{ layer: null, weights }],
    bytes,
    shards: [...new Set(manifest.flatMap((group) => group.paths))],
    // Shards are open only while they are read.
    close() {},
  };
}

function weightSource(shards: Shards, offset: number, { dtype, shape, quantization, storedBytes }: ManifestWeight, place: string): TensorSource {
  return {
    dtype,
    shape,
    place,
    read() {
      const stored = storedBytes === 0 ? new Uint8Array(0) : shards.read(offset, storedBytes);
      return quantization === undefined ? stored : dequantize(stored, quantization, dtype);
    },
  };
}

function readJson(path: string, fileName: string): { json: Json; sizeBytes: number } {
  const source = openByteSource(path);
  let text: string;
  const { sizeBytes } = source;
  try {
    if (sizeBytes > MAX_JSON_BYTES) {
      throw new TorchliftError('limit-exceeded', {
        what: `${sizeBytes} bytes of JSON, at most ${MAX_JSON_BYTES} are read`,
        where: fileName,
        remedy: 'Name the model.json of a TensorFlow.js layers model.',
      });
    }
    text = new TextDecoder().decode(source.read(0, sizeBytes));
  } finally {
    source.close();
  }
  let json: unknown;
  try {
    json = parsePythonJson(text);
  } catch (cause) {
    throw malformed(`not JSON: ${(cause as Error).message.slice(0, 200)}`, fileName, cause);
  }
  if (!isRecord(json) || (!('modelTopology' in json) && !('weightsManifest' in json))) {
    throw new TorchliftError('not-a-model', {
      what: 'JSON, but not a TensorFlow.js model: modelTopology and weightsManifest are missing',
      where: fileName,
      remedy:
        'class_name' in Object(json)
          ? 'It is an architecture, as model.to_json() gives it: name the file of weights, and this one with --architecture.'
          : 'Name the model.json that the TensorFlow.js converter or model.save() wrote.',
    });
  }
  return { json, sizeBytes };
}

interface Topology {
  readonly config: unknown;
  readonly trainingConfig: unknown;
  readonly kerasVersion: string | undefined;
  readonly backend: string | undefined;
}

/** The converter writes `{keras_version, backend, model_config, training_config}`, `model.save()` of tfjs `{class_name, config, keras_version, …}`. */
function modelTopology(json: Json, fileName: string): Topology {
  const topology = json.modelTopology ?? undefined;
  const isGraph = json.format === 'graph-model' || (isRecord(topology) && Array.isArray(topology.node));
  if (isGraph) {
    throw new TorchliftError('unsupported', {
      what: 'a TensorFlow.js graph model holds a frozen TensorFlow graph and no layers',
      where: fileName,
      remedy: 'Convert the Keras model it was made from (.h5), or its layers-model export.',
    });
  }
  if (topology === undefined) return { config: undefined, trainingConfig: undefined, kerasVersion: undefined, backend: undefined };
  if (!isRecord(topology)) throw malformed('modelTopology is no object', fileName);
  const config = topology.model_config === undefined && 'class_name' in topology ? topology : topology.model_config;
  if (config === undefined) throw malformed('modelTopology has neither model_config nor class_name', fileName);
  return {
    config: typeof config === 'string' ? parseNested(config, fileName) : config,
    trainingConfig: topology.training_config ?? undefined,
    kerasVersion: optionalString(topology.keras_version),
    backend: optionalString(topology.backend),
  };
}

/** Some exporters put the config in as text. */
function parseNested(text: string, fileName: string): unknown {
  try {
    return parsePythonJson(text);
  } catch (cause) {
    throw malformed(`model_config is not JSON: ${(cause as Error).message.slice(0, 200)}`, fileName, cause);
  }
}

function optionalString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(what: string, where: string, cause?: unknown): TorchliftError {
  return new TorchliftError('malformed-config', {
    what,
    where,
    remedy: 'The file was edited or damaged; convert or download the model again.',
    cause,
  });
}
