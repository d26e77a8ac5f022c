import { elementCount } from '../../src/core/dtypes.ts';
import { TINY_CONFIG, TINY_WEIGHTS } from './tiny-model.ts';

/** The tiny model as tfjs' converter writes it: model.json and the one file of weights. */
export function tfjsModel() {
  const weights = Object.values(TINY_WEIGHTS)
    .flatMap((group) => Object.entries(group))
    .flatMap(([name, weight]) => ('data' in weight ? [{ name: name.replace(':0', ''), ...weight }] : []));
  const shard = Buffer.concat(weights.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
  const manifest = weights.map(({ name, shape }) => ({ name, shape: [...shape], dtype: 'float32' }));
  const json = {
    format: 'layers-model',
    generatedBy: 'keras v2.10.0',
    convertedBy: 'TensorFlow.js Converter v3.18.0',
    modelTopology: { keras_version: '2.10.0', backend: 'tensorflow', model_config: TINY_CONFIG },
    weightsManifest: [{ paths: ['weights.bin'], weights: manifest }],
  };
  if (shard.length !== 4 * weights.reduce((sum, { shape }) => sum + elementCount(shape), 0)) throw new Error('weights and shapes differ');
  return { json, shard };
}
