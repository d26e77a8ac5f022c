import { defineLayer } from '../layer.ts';
import { onlyInput } from './nodes.ts';
import { positiveInteger } from './options.ts';

/** ConvNeXt's own layer: x·gamma over the last axis. */
export const layerScale = defineLayer<number>({
  className: 'LayerScale',
  parse: (reader) => positiveInteger(reader, 'projection_dim'),
  weights: (projectionDim) => [{ shape: [projectionDim], kind: 'parameter', role: 'gamma', kerasName: 'gamma' }],
  emit: (context) => [context.node('Mul', [onlyInput(context), context.weight('gamma')])],
});
