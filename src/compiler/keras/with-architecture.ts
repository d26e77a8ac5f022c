import { TorchliftError } from '../../core/errors.ts';
import type { KerasModelFile } from '../../formats/keras-model-file.ts';
import { isObject } from './dialect/plain-json.ts';

/**
 * A weights-only file with the architecture of another: what `model.to_json()` returns, or a tfjs `model.json`, parsed. Bytes and weights
 * stay those of `file`; version and backend come from the JSON where it has them, since they say how to read the config.
 */
export function withArchitecture(file: KerasModelFile, architecture: unknown, architectureName: string): KerasModelFile {
  const topology = isObject(architecture) && isObject(architecture.modelTopology) ? architecture.modelTopology : architecture;
  const config = isObject(topology) && isObject(topology.model_config) ? topology.model_config : topology;
  if (!isObject(config) || typeof config.class_name !== 'string') {
    throw new TorchliftError('malformed-config', {
      what: 'no architecture: expected a JSON object with class_name and config',
      where: architectureName,
      remedy: 'Write what model.to_json() returns into the file.',
    });
  }
  const versions = [config, topology].filter(isObject);
  const first = (key: string): string | undefined =>
    versions.map((place) => place[key]).find((value) => typeof value === 'string') as string | undefined;
  return {
    format: file.format,
    fileName: file.fileName,
    config,
    trainingConfig: file.trainingConfig,
    kerasVersion: first('keras_version') ?? file.kerasVersion,
    backend: first('backend') ?? file.backend,
    groups: file.groups,
    bytes: file.bytes,
    close: () => file.close(),
  };
}
