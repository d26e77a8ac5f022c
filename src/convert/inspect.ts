import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { describeKeras } from '../compiler/keras/describe-keras.ts';
import { inspectOnnx } from '../compiler/onnx/inspect/inspect-onnx.ts';
import { elementCount } from '../core/dtypes.ts';
import { TorchliftError } from '../core/errors.ts';
import { openByteSource } from '../formats/files/open-byte-source.ts';
import { readKerasH5 } from '../formats/hdf5/keras-h5.ts';
import type { KerasModelFile } from '../formats/keras-model-file.ts';
import { openOnnxFile } from '../formats/onnx/open-onnx-file.ts';
import { readSafetensorsHeader } from '../formats/safetensors/read-header.ts';
import { readTfjsLayers } from '../formats/tfjs/read-tfjs-layers.ts';
import { listTorchFile } from '../formats/torch-archive/list-torch-file.ts';
import { detectFormat } from './detect-format.ts';
import type { Inspection } from './inspection.ts';

export type { InspectedPort, Inspection } from './inspection.ts';

/**
 * Says what a model file holds: `.h5`, tfjs `model.json`, `.onnx`, `.safetensors`, `.pt`. Nothing in it is loaded or run; unsupported and
 * unsafe parts are findings, not errors.
 *
 * Errors (`TorchliftError`): where the file can't be read at all: `file-not-found`, `not-a-model`, `malformed-*`, `limit-exceeded`, `io`,
 * `unsupported` for a SavedModel or a `.keras` archive.
 *
 * @example
 * const { parameters, unsupported } = await inspect('moderation_model.h5');
 */
export async function inspect(file: string): Promise<Inspection> {
  const { format, path } = detectFormat(file);
  switch (format) {
    case 'keras-h5':
      return inspectKeras(path, await readKerasH5(path));
    case 'tfjs-layers':
      return inspectKeras(path, await readTfjsLayers(path));
    case 'onnx':
      return inspectOnnxFile(path);
    case 'safetensors':
      return inspectSafetensors(path);
    case 'torch':
      return inspectTorch(path);
    default:
      throw new TorchliftError('unsupported', {
        what: `${format === 'saved-model' ? 'a SavedModel' : 'a .keras archive'} can't be inspected`,
        where: file,
        remedy: 'Load it in TensorFlow and save it as model.save("model.h5").',
      });
  }
}

/** What every format fills in its own way; the rest stays empty. */
function empty(
  path: string,
): Pick<
  Inspection,
  'file' | 'sizeBytes' | 'name' | 'inputs' | 'outputs' | 'layers' | 'operators' | 'tensors' | 'archive' | 'unsupported' | 'unsafe' | 'warnings'
> {
  const nothing = {
    name: null,
    inputs: [],
    outputs: [],
    layers: [],
    operators: [],
    tensors: [],
    archive: null,
    unsupported: [],
    unsafe: [],
    warnings: [],
  };
  return { file: basename(path), sizeBytes: statSync(path).size, ...nothing };
}

function inspectKeras(path: string, file: KerasModelFile): Inspection {
  try {
    const { findings, layers, parameters, ...description } = describeKeras(file);
    const lines = (kinds: readonly string[]) =>
      findings
        .filter(({ kind }) => kinds.includes(kind))
        .map(({ layer, className, what }) => (layer.length === 0 ? what : `${layer.join('/')} (${className}): ${what}`));
    return {
      ...empty(path),
      format: file.format,
      sizeBytes: file.bytes.weights + file.bytes.optimizer + file.bytes.rest,
      framework: 'keras',
      frameworkVersion: file.kerasVersion ?? 'unknown',
      name: description.name ?? null,
      inputs: description.inputs.map(({ name, dtype, shape }) => ({ name, dtype: dtype ?? null, shape: shape ?? null })),
      outputs: description.outputs.map(({ name, dtype, shape }) => ({ name, dtype: dtype ?? null, shape: shape ?? null })),
      parameters: parameters ?? { total: 0, trainable: null, nonTrainable: null },
      bytes: file.bytes,
      layers: layers.map((layer) => ({
        path: layer.path.join('/'),
        className: layer.className,
        outputShape: layer.outputShapes?.[0] ?? null,
        calls: layer.calls,
        trainableParameters: layer.parameters?.trainable ?? null,
        nonTrainableParameters: layer.parameters?.nonTrainable ?? null,
        used: layer.used,
      })),
      unsupported: [
        ...(file.config === undefined ? ['weights without an architecture: convert needs --architecture model.json'] : []),
        ...lines(['unsupported', 'malformed']),
      ],
      unsafe: lines(['unsafe']),
      warnings: description.warnings,
    };
  } finally {
    file.close();
  }
}

function inspectOnnxFile(path: string): Inspection {
  const file = openOnnxFile(path);
  try {
    const { producer, graphName, operators, inputs, outputs, initializers, torchlift, unsafe, opsets } = inspectOnnx(file);
    const own = torchlift?.parameters;
    return {
      ...empty(path),
      format: 'onnx',
      framework: 'onnx',
      frameworkVersion:
        `${producer.name} ${producer.version}, opset ${opsets.map(({ domain, version }) => `${domain}${domain && ' '}${version}`).join(', ')}`.trim(),
      name: graphName || null,
      inputs,
      outputs,
      operators,
      layers: (torchlift?.calls ?? []).map(({ layer, className }) => ({
        path: layer,
        className,
        outputShape: null,
        calls: 1,
        trainableParameters: null,
        nonTrainableParameters: null,
        used: true,
      })),
      parameters: own
        ? { total: own.trainable + own.frozen + own.buffers, trainable: own.trainable, nonTrainable: own.frozen + own.buffers }
        : { total: initializers.parameters, trainable: null, nonTrainable: null },
      bytes: { weights: initializers.sizeBytes, optimizer: 0, rest: Math.max(0, file.sizeBytes - initializers.sizeBytes) },
      unsupported: torchlift === undefined ? ['an ONNX file of another tool: only files written by torchlift are converted'] : [],
      unsafe,
    };
  } finally {
    file.close();
  }
}

function inspectSafetensors(path: string): Inspection {
  const source = openByteSource(path);
  try {
    const { entries, metadata } = readSafetensorsHeader(source);
    const weights = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return {
      ...empty(path),
      format: 'safetensors',
      framework: 'safetensors',
      frameworkVersion: metadata.format ?? 'unknown',
      parameters: { total: entries.reduce((sum, { shape }) => sum + elementCount(shape), 0), trainable: null, nonTrainable: null },
      bytes: { weights, optimizer: 0, rest: source.sizeBytes - weights },
      tensors: entries.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    };
  } finally {
    source.close();
  }
}

function inspectTorch(path: string): Inspection {
  const source = openByteSource(path);
  try {
    const archive = listTorchFile(source);
    return {
      ...empty(path),
      format: 'torch',
      framework: 'torch',
      frameworkVersion: archive.version === undefined ? 'unknown' : `archive version ${archive.version}`,
      parameters: { total: 0, trainable: null, nonTrainable: null },
      bytes: { weights: archive.tensorBytes, optimizer: 0, rest: Math.max(0, source.sizeBytes - archive.tensorBytes) },
      archive,
      unsafe: archive.findings.map(({ record, what, rule }) => `${record}: ${what} [${rule}]`),
    };
  } finally {
    source.close();
  }
}
