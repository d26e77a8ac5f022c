/** Names under which Keras saved, or still resolves, a class of another name. From keras/layers/serialization.py and its predecessors. */
const ALIASES: Readonly<Record<string, string>> = {
  AvgPool1D: 'AveragePooling1D',
  AvgPool2D: 'AveragePooling2D',
  AvgPool3D: 'AveragePooling3D',
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
  Convolution1D: 'Conv1D',
  Convolution2D: 'Conv2D',
  Convolution2DTranspose: 'Conv2DTranspose',
  Convolution3D: 'Conv3D',
  Convolution3DTranspose: 'Conv3DTranspose',
  Deconvolution2D: 'Conv2DTranspose',
  Deconvolution3D: 'Conv3DTranspose',
  GRUV1: 'GRU',
  GRUV2: 'GRU',
  GlobalAvgPool1D: 'GlobalAveragePooling1D',
  GlobalAvgPool2D: 'GlobalAveragePooling2D',
  GlobalAvgPool3D: 'GlobalAveragePooling3D',
  GlobalMaxPool1D: 'GlobalMaxPooling1D',
  GlobalMaxPool2D: 'GlobalMaxPooling2D',
  GlobalMaxPool3D: 'GlobalMaxPooling3D',
  Input: 'InputLayer',
  LSTMV1: 'LSTM',
  LSTMV2: 'LSTM',
  MaxPool1D: 'MaxPooling1D',
  MaxPool2D: 'MaxPooling2D',
  MaxPool3D: 'MaxPooling3D',
  NormalizationV1: 'Normalization',
  NormalizationV2: 'Normalization',
  SeparableConvolution1D: 'SeparableConv1D',
  SeparableConvolution2D: 'SeparableConv2D',
  // Synchronised over devices in training only; one device sees the same statistics.
  SyncBatchNormalization: 'BatchNormalization',
};

/** `keras.layers`, `keras.src.layers.convolutional.conv2d`, `tensorflow.python.keras.…`, `tf.keras.layers.experimental.preprocessing`. */
const KERAS_MODULE = /^(tf|keras|tensorflow|tf_keras)(\.[A-Za-z0-9_]+)*$/;

export function isKerasModule(module: string): boolean {
  return KERAS_MODULE.test(module);
}

/**
 * Keras 2.15's name of a saved class. `registered` (`Custom>Scale`) and `module` (Keras 2.12 on) tell a user's own class: it keeps, or
 * gets, a prefix, so that a custom class called `Dense` is never taken for Keras' own.
 */
export function canonicalClassName(className: string, registered: unknown, module: unknown): string {
  if (typeof registered === 'string' && registered.includes('>')) return registered;
  if (typeof module === 'string' && !isKerasModule(module)) return className.includes('>') ? className : `${module}>${className}`;
  if (className.includes('>')) return className;
  const dot = className.lastIndexOf('.');
  const name = dot > 0 && isDottedKeras(className.slice(0, dot)) ? className.slice(dot + 1) : className;
  return Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name;
}

/** `experimental.preprocessing.Rescaling` and `layers.Dense` were written without their root. */
function isDottedKeras(prefix: string): boolean {
  return isKerasModule(prefix) || /^(layers|experimental)(\.[a-z_]+)*$/.test(prefix);
}
