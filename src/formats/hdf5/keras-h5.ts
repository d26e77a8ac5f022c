import { TorchliftError } from '../../core/errors.ts';
import type { ByteSource } from '../files/byte-source.ts';
import { openByteSource } from '../files/open-byte-source.ts';
import type { KerasModelFile, NamedWeight, WeightGroup } from '../keras-model-file.ts';
import { parsePythonJson } from '../python-json.ts';
import type { AttributeValue } from './attributes.ts';
import { countDatasets } from './count-datasets.ts';
import { DeclaredBytes, datasetSource } from './dataset-source.ts';
import { Hdf5File, type Hdf5Object } from './hdf5-file.ts';
import { DAMAGED } from './paged-bytes.ts';

/**
 * Reads a legacy Keras file (`.h5`, `.hdf5`), whole model or weights only. Weights stay in the file until read; the optimizer's state is
 * only counted. The caller closes the result.
 *
 * Errors: `file-not-found`, `not-a-model` (no HDF5, or HDF5 of another kind), `malformed-file`, `malformed-config` (no JSON),
 * `malformed-weights` (missing or damaged), `unsafe-file` (anything that leads out of the file, unknown filters), `limit-exceeded`
 * (shapes that the file can't hold), `io`.
 */
export async function readKerasH5(path: string): Promise<KerasModelFile> {
  return readKerasH5Source(openByteSource(path));
}

/** The same from any bytes; takes the source over and closes it with the model, or here on an error. */
export async function readKerasH5Source(source: ByteSource): Promise<KerasModelFile> {
  const file = Hdf5File.open(source);
  try {
    return await readModel(file);
  } catch (error) {
    file.close();
    throw error;
  }
}

async function readModel(file: Hdf5File): Promise<KerasModelFile> {
  const weightsRoot = (await file.resolve(WEIGHTS, WEIGHTS)) ?? file.root;
  const config = await configText(file);
  const layerNames = await nameList(file, weightsRoot, 'layer_names');
  if (layerNames === undefined) throw await notKeras(file, weightsRoot, config !== undefined);
  const reading: Reading = { file, declared: new DeclaredBytes(), seen: new Set(), weightBytes: 0 };
  const groups: WeightGroup[] = [];
  for (const layer of layerNames) groups.push({ layer, weights: await readGroup(reading, weightsRoot, layer) });
  const topLevelWeights = await readTopLevel(reading, weightsRoot);
  const optimizer = await countDatasets(file, await file.resolve(OPTIMIZER, OPTIMIZER), reading.seen, reading.declared);
  const weights = reading.weightBytes;
  return {
    format: 'keras-h5',
    fileName: file.bytes.name,
    config: config === undefined ? undefined : parseConfig(file, config),
    trainingConfig: parseTrainingConfig(await scalarString(file, file.root, 'training_config')),
    kerasVersion: (await scalarString(file, file.root, 'keras_version')) ?? (await scalarString(file, weightsRoot, 'keras_version')),
    backend: (await scalarString(file, file.root, 'backend')) ?? (await scalarString(file, weightsRoot, 'backend')),
    groups,
    ...(topLevelWeights.length === 0 ? {} : { topLevelWeights }),
    // Compressed data take less than their shapes say; the rest is then not known, but never below nothing.
    bytes: { weights, optimizer, rest: Math.max(0, file.bytes.size - weights - optimizer) },
    close: () => file.close(),
  };
}

const WEIGHTS = '/model_weights';
const OPTIMIZER = '/optimizer_weights';
/** Keras' group for what belongs to the model itself and to no layer; empty in functional and sequential models. */
const TOP_LEVEL = 'top_level_model_weights';

interface Reading {
  readonly file: Hdf5File;
  readonly declared: DeclaredBytes;
  /** Addresses of the datasets counted so far. */
  readonly seen: Set<number>;
  weightBytes: number;
}

async function readGroup(reading: Reading, weightsRoot: Hdf5Object, layer: string): Promise<NamedWeight[]> {
  const { file } = reading;
  const path = `${weightsRoot.path}/${layer}`;
  const group = isName(layer) ? await file.resolve(path, weightsRoot.path) : undefined;
  if (group === undefined) throw malformedWeights(file, path, 'layer_names lists this layer, but it has no group');
  const names = await nameList(file, group, 'weight_names');
  if (names === undefined) throw malformedWeights(file, path, "the layer's group has no weight_names");
  return readWeights(reading, weightsRoot, group, names);
}

async function readTopLevel(reading: Reading, weightsRoot: Hdf5Object): Promise<NamedWeight[]> {
  const group = await reading.file.resolve(`${weightsRoot.path}/${TOP_LEVEL}`, weightsRoot.path);
  const names = group === undefined ? undefined : await nameList(reading.file, group, 'weight_names');
  return group === undefined || names === undefined ? [] : readWeights(reading, weightsRoot, group, names);
}

async function readWeights(reading: Reading, weightsRoot: Hdf5Object, group: Hdf5Object, names: readonly string[]): Promise<NamedWeight[]> {
  const { file, declared, seen } = reading;
  const weights: NamedWeight[] = [];
  for (const name of names) {
    const path = `${group.path}/${name}`;
    const object = isName(name) ? await file.resolve(path, weightsRoot.path) : undefined;
    if (object === undefined) throw malformedWeights(file, path, 'weight_names lists this weight, but it is not there');
    const dataset = file.dataset(object);
    if (dataset === undefined) throw malformedWeights(file, path, 'weight_names lists this weight, but it is no dataset');
    declared.add(file, object, dataset);
    if (!seen.has(object.header.address)) reading.weightBytes += dataset.sizeBytes;
    seen.add(object.header.address);
    weights.push({ name, source: await datasetSource(file, object, dataset) });
  }
  return weights;
}

/** h5py reads a leading slash as the root of the file, where no weight of a layer belongs. */
function isName(name: string): boolean {
  return name !== '' && !name.startsWith('/');
}

/**
 * A list of names in one attribute, or in several called name0, name1, … (Keras splits what exceeds the 64 KiB of an object header).
 * undefined where there is neither.
 */
async function nameList(file: Hdf5File, object: Hdf5Object, name: string): Promise<readonly string[] | undefined> {
  const whole = await file.attribute(object, name);
  if (whole !== undefined) return names(file, object, name, whole);
  const all: string[] = [];
  for (let i = 0; ; i++) {
    const part = await file.attribute(object, `${name}${i}`);
    if (part === undefined) return i === 0 ? undefined : all;
    all.push(...names(file, object, `${name}${i}`, part));
  }
}

function names(file: Hdf5File, object: Hdf5Object, name: string, { shape, strings }: AttributeValue): readonly string[] {
  if (strings !== undefined) return strings;
  // NumPy makes an empty Python list a float64 array of shape (0,).
  if (shape.length === 1 && shape[0] === 0) return [];
  throw malformedWeights(file, object.path, `the attribute ${name} is no list of strings`);
}

async function scalarString(file: Hdf5File, object: Hdf5Object, name: string): Promise<string | undefined> {
  const value = await file.attribute(object, name);
  return value?.strings?.length === 1 ? value.strings[0] : undefined;
}

/** Not there at all in a file of weights; there and no text is damage. */
async function configText(file: Hdf5File): Promise<string | undefined> {
  const text = await scalarString(file, file.root, 'model_config');
  if (text !== undefined || (await file.attribute(file.root, 'model_config')) === undefined) return text;
  const where = `${file.bytes.name}: attribute model_config`;
  throw new TorchliftError('malformed-config', { what: 'model_config is no string', where, remedy: DAMAGED });
}

function parseConfig(file: Hdf5File, text: string): unknown {
  try {
    return parsePythonJson(text);
  } catch (cause) {
    throw new TorchliftError('malformed-config', {
      what: `model_config is not JSON: ${(cause as Error).message.slice(0, 200)}`,
      where: `${file.bytes.name}: attribute model_config`,
      remedy: DAMAGED,
      cause,
    });
  }
}

/** Losses and metrics are of no use to a conversion, so a damaged training_config must not stop one. */
function parseTrainingConfig(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parsePythonJson(text);
  } catch {
    return undefined;
  }
}

async function notKeras(file: Hdf5File, weightsRoot: Hdf5Object, hasConfig: boolean): Promise<TorchliftError> {
  if (hasConfig || weightsRoot !== file.root) {
    return malformedWeights(file, weightsRoot.path, 'a Keras model without a list of its layers (layer_names)');
  }
  const links = await file.links(file.root);
  if (links.has('_layer_checkpoint_dependencies') || (links.has('layers') && links.has('vars'))) {
    return new TorchliftError('not-a-model', {
      what: 'these are weights in the format of Keras 3 (.weights.h5), which have no model and no legacy layout',
      where: file.bytes.name,
      remedy: 'Save the whole model in the legacy format: model.save("moderation_model.h5").',
    });
  }
  return new TorchliftError('not-a-model', {
    what: 'HDF5, but not a Keras model: the attributes model_config and layer_names are missing',
    where: file.bytes.name,
    remedy: 'Name the .h5 file that model.save() or model.save_weights() wrote.',
  });
}

function malformedWeights(file: Hdf5File, path: string, what: string): TorchliftError {
  return new TorchliftError('malformed-weights', { what, where: file.place(path), remedy: DAMAGED });
}
