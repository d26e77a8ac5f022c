import { invariant } from '../../../core/errors.ts';
import type { LayerDefinition } from '../layer.ts';
import { activation, activationLayers, prelu } from './activation-layers.ts';
import { batchNormalization } from './batch-normalization.ts';
import { conv1d, conv2d } from './conv.ts';
import { conv2dTranspose } from './conv-transpose.ts';
import { customScaleLayer } from './custom-scale-layer.ts';
import { dense } from './dense.ts';
import { depthwiseConv2d } from './depthwise-conv.ts';
import { dot } from './dot.ts';
import { dropout, spatialDropout1d, spatialDropout2d, stochasticDepth } from './dropout.ts';
import { embedding } from './embedding.ts';
import { flatten } from './flatten.ts';
import { globalAveragePooling1d, globalAveragePooling2d, globalMaxPooling1d, globalMaxPooling2d } from './global-pooling.ts';
import { centerCrop, randomCrop, resizing, upSampling1d, upSampling2d } from './image-size.ts';
import { layerNormalization } from './layer-normalization.ts';
import { layerScale } from './layer-scale.ts';
import { add, average, concatenate, maximum, minimum, multiply, subtract } from './merge.ts';
import { normalization } from './normalization.ts';
import { averagePooling1d, averagePooling2d, maxPooling1d, maxPooling2d } from './pooling.ts';
import { rescaling } from './rescaling.ts';
import { cropping1d, cropping2d, permute, repeatVector, reshape, zeroPadding1d, zeroPadding2d } from './reshaping.ts';
import { separableConv2d } from './separable-conv.ts';
import { tensorFlowOpLayer } from './tensorflow-op-layer.ts';
import { slicingOpLambda, tfOpLambda } from './tf-op-lambda.ts';
import { activityRegularization, trainingOnlyLayers } from './training-only.ts';
import { unitNormalization } from './unit-normalization.ts';

/** The families, then one line for each layer, sorted by name; adding a layer adds a line here. */
const LAYERS: readonly LayerDefinition<unknown>[] = [
  ...activationLayers,
  ...trainingOnlyLayers,
  activation,
  activityRegularization,
  add,
  average,
  averagePooling1d,
  averagePooling2d,
  batchNormalization,
  centerCrop,
  concatenate,
  conv1d,
  conv2d,
  conv2dTranspose,
  cropping1d,
  cropping2d,
  customScaleLayer,
  dense,
  depthwiseConv2d,
  dot,
  dropout,
  embedding,
  flatten,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  layerNormalization,
  layerScale,
  maxPooling1d,
  maxPooling2d,
  maximum,
  minimum,
  multiply,
  normalization,
  permute,
  prelu,
  randomCrop,
  repeatVector,
  rescaling,
  reshape,
  resizing,
  separableConv2d,
  slicingOpLambda,
  spatialDropout1d,
  spatialDropout2d,
  stochasticDepth,
  subtract,
  tensorFlowOpLayer,
  tfOpLambda,
  unitNormalization,
  upSampling1d,
  upSampling2d,
  zeroPadding1d,
  zeroPadding2d,
];

const BY_CLASS = new Map(LAYERS.map((definition) => [definition.className, definition]));
invariant(BY_CLASS.size === LAYERS.length, 'a Keras class stands twice in the table');

/** How Keras' class of this name (2.15's spelling) becomes operators; undefined where it isn't supported. */
export function findLayer(className: string): LayerDefinition<unknown> | undefined {
  return BY_CLASS.get(className);
}

/** Every supported class, sorted by name: what the support table is made from. InputLayer and nested models are the importer's. */
export function listLayers(): readonly LayerDefinition<unknown>[] {
  return [...LAYERS].sort((a, b) => (a.className < b.className ? -1 : 1));
}
