import { METADATA_VERSION, type OnnxMetadata } from './metadata.ts';

/** The metadata as one line of JSON, its keys in a fixed order: equal graphs give equal bytes. `parseMetadata` reads it back. */
export function printMetadata({ model, inputs, outputs, nodes, weights, names, calls }: OnnxMetadata): string {
  const { name, sourceName, framework, frameworkVersion, classes, preprocess } = model;
  return JSON.stringify({
    version: METADATA_VERSION,
    model: { name, sourceName, framework, frameworkVersion, classes, preprocess },
    inputs,
    outputs,
    nodes,
    weights,
    names: [...names],
    calls,
  });
}
