import { writeFileSync } from 'node:fs';
import { dense, functional, input } from '../../src/compiler/keras/testing/model-file.ts';
import { type DatasetContent, type H5Content, kerasContent, type LinkContent, ramp, writeH5 } from '../../src/formats/hdf5/testing/write-h5.ts';

export type Weights = Readonly<Record<string, Readonly<Record<string, DatasetContent | LinkContent>>>>;

/** Four numbers in, a hidden layer of three, two scores. */
export const TINY_CONFIG = functional(
  'tiny',
  [
    input('x', [null, 4]),
    dense('hidden', 3, { activation: 'relu' }, [['x', 0, 0]]),
    dense('scores', 2, { activation: 'softmax' }, [['hidden', 0, 0]]),
  ],
  [['x', 0, 0]],
  [['scores', 0, 0]],
);

export const TINY_WEIGHTS: Weights = {
  x: {},
  hidden: { 'hidden/kernel:0': ramp(4, 3), 'hidden/bias:0': ramp(3) },
  scores: { 'scores/kernel:0': ramp(3, 2), 'scores/bias:0': ramp(2) },
};

/** A Keras file with this config (an object, or the attribute's very text) and these weights. */
export function kerasFile(config: unknown = TINY_CONFIG, weights: Weights = TINY_WEIGHTS): H5Content {
  const content = kerasContent(weights);
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  return { ...content, attributes: { ...content.attributes, model_config: text } };
}

export async function writeKerasFile(path: string, config?: unknown, weights?: Weights): Promise<void> {
  writeFileSync(path, await writeH5(kerasFile(config, weights)));
}
