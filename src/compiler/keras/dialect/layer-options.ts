import { normalizeActivation } from './activation.ts';
import { canonicalClassName } from './class-names.ts';
import type { ConfigSource } from './config-source.ts';
import { normalizeDtype } from './dtype-policy.ts';
import { isObject, type JsonObject } from './plain-json.ts';

/**
 * One layer's config in the modern form (see `LayerConfig.config`). Training-only keys (initializers, regularizers, constraints) are passed
 * over, not checked: a custom name there must not stop a conversion.
 */
export function normalizeOptions(className: string, config: JsonObject, source: ConfigSource, path: readonly string[]): JsonObject {
  const nested = (name: string, inner: JsonObject): JsonObject => normalizeOptions(name, inner, source, path);
  const options: [string, unknown][] = [];
  for (const [key, value] of Object.entries(config)) {
    if (/_(initializer|regularizer|constraint)$/.test(key) || key === 'activity_regularizer') continue;
    if (key === 'activation' || key.endsWith('_activation')) options.push([key, normalizeActivation(value, nested)]);
    else if (key === 'dtype') options.push([key, readDtype(className, value, source, path)]);
    // Keras lowers these itself (keras/utils/conv_utils.py, normalize_padding and normalize_data_format).
    else if (key === 'data_format') options.push([key, lowered(value ?? 'channels_last')]);
    else if (key === 'padding' || key === 'interpolation') options.push([key, lowered(value)]);
    else if (key === 'axis') options.push([key, Array.isArray(value) && value.length === 1 ? value[0] : value]);
    else if (key === 'batch_shape' && className === 'InputLayer') options.push(['batch_input_shape', value]);
    else if (WRAPPED.has(key) && isObject(value)) options.push([key, normalizeWrapped(value, nested)]);
    // Written by Keras 2.3 and later with whatever the base class held; a depthwise convolution's groups are its channels.
    else if (key === 'groups' && className.startsWith('DepthwiseConv')) continue;
    else options.push([key, value]);
  }
  return Object.fromEntries(options);
}

function lowered(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** Keys under which a wrapper (TimeDistributed, Bidirectional, RNN) holds the layer it wraps. */
const WRAPPED = new Set(['layer', 'backward_layer', 'cell']);

function normalizeWrapped(value: JsonObject, nested: (className: string, config: JsonObject) => JsonObject): JsonObject {
  if (typeof value.class_name !== 'string' || !isObject(value.config)) return value;
  const className = canonicalClassName(value.class_name, value.registered_name, value.module);
  return { class_name: className, config: nested(className, value.config) };
}

function readDtype(className: string, value: unknown, source: ConfigSource, path: readonly string[]): unknown {
  // An input keeps its own dtype: it is what the caller passes. Lambda and TFOpLambda have none that counts.
  if (className === 'InputLayer') return isObject(value) ? normalizeDtype(value).dtype : (value ?? 'float32');
  const { dtype, was } = normalizeDtype(value);
  if (was === 'float64') source.warnings.add('computed in float64 by Keras, in float32 here', path.join('/'));
  else if (was !== undefined) source.warnings.add(`dtype policy ${was}: computed in float32 here`, path.join('/'));
  return dtype;
}
