import type { ValueId } from '../../graph/graph.ts';
import type { ConfigReader } from '../config-reader.ts';
import { castToFloat, constantLike, type Emitter, reduce } from './nodes.ts';

/**
 * What a name or a layer given as `activation=` computes, with the defaults that name has: `'leaky_relu'` is `tf.nn.leaky_relu` (0.2),
 * `'LeakyReLU'` the layer (0.3). Source: keras/activations.py, keras/backend.py, keras/layers/activation of 2.15.
 */
export type Activation =
  | { readonly kind: 'linear' | 'sigmoid' | 'tanh' | 'softplus' | 'softsign' | 'exponential' | 'hard_sigmoid' | 'silu' | 'mish' | 'selu' }
  | { readonly kind: 'relu'; readonly maxValue: number | undefined; readonly slope: number; readonly threshold: number }
  | { readonly kind: 'elu'; readonly alpha: number }
  | { readonly kind: 'thresholded_relu'; readonly theta: number }
  | { readonly kind: 'gelu'; readonly approximate: boolean }
  | { readonly kind: 'log_softmax'; readonly axis: number }
  | { readonly kind: 'softmax'; readonly axes: readonly number[] };

export const LINEAR: Activation = { kind: 'linear' };
export const RELU: Extract<Activation, { kind: 'relu' }> = { kind: 'relu', maxValue: undefined, slope: 0, threshold: 0 };

const BY_NAME: Readonly<Record<string, Activation>> = {
  ELU: { kind: 'elu', alpha: 1 },
  LeakyReLU: { ...RELU, slope: 0.3 },
  ReLU: RELU,
  Softmax: { kind: 'softmax', axes: [-1] },
  ThresholdedReLU: { kind: 'thresholded_relu', theta: 1 },
  elu: { kind: 'elu', alpha: 1 },
  exponential: { kind: 'exponential' },
  gelu: { kind: 'gelu', approximate: false },
  hard_sigmoid: { kind: 'hard_sigmoid' },
  leaky_relu: { ...RELU, slope: 0.2 },
  linear: LINEAR,
  log_softmax: { kind: 'log_softmax', axis: -1 },
  // What TensorFlow's own functions are called inside: `activation=tf.nn.log_softmax`.
  log_softmax_v2: { kind: 'log_softmax', axis: -1 },
  mish: { kind: 'mish' },
  relu: RELU,
  relu6: { ...RELU, maxValue: 6 },
  selu: { kind: 'selu' },
  sigmoid: { kind: 'sigmoid' },
  silu: { kind: 'silu' },
  softmax: { kind: 'softmax', axes: [-1] },
  softmax_v2: { kind: 'softmax', axes: [-1] },
  softplus: { kind: 'softplus' },
  softsign: { kind: 'softsign' },
  swish: { kind: 'silu' },
  tanh: { kind: 'tanh' },
};

/** Of `activation` in a layer's config: a name, null (linear), or a layer or function with its config. */
export function readActivation(reader: ConfigReader, key = 'activation'): Activation {
  const value = reader.raw(key);
  if (value === undefined || value === null) return LINEAR;
  if (typeof value === 'string') return named(reader, key, value);
  if (!isRecord(value)) throw reader.malformed(`${key} is ${JSON.stringify(value)?.slice(0, 80)}, expected an activation`);
  const { class_name: className, config } = value;
  if (className === 'function' && typeof config === 'string') return named(reader, key, config);
  const parse = typeof className === 'string' && Object.hasOwn(ACTIVATION_LAYERS, className) ? ACTIVATION_LAYERS[className] : undefined;
  if (parse === undefined) throw reader.unsupported(`${key} ${JSON.stringify(className)?.slice(0, 80)}`);
  return parse(reader.nested(isRecord(config) ? config : {}, className as string));
}

/** The activations that are layers, by class: the same config whether called or given as `activation=`. */
export const ACTIVATION_LAYERS: Readonly<Record<string, (reader: ConfigReader) => Activation>> = {
  ELU: (reader) => ({ kind: 'elu', alpha: reader.number('alpha', 1) }),
  LeakyReLU: (reader) => ({ ...RELU, slope: reader.number('alpha', 0.3) }),
  ReLU: (reader) => ({
    kind: 'relu',
    maxValue: reader.has('max_value') ? reader.number('max_value') : undefined,
    slope: reader.number('negative_slope', 0),
    threshold: reader.number('threshold', 0),
  }),
  Softmax: (reader) => ({ kind: 'softmax', axes: Array.isArray(reader.raw('axis')) ? readAxisList(reader) : [reader.integer('axis', -1)] }),
  ThresholdedReLU: (reader) => ({ kind: 'thresholded_relu', theta: reader.number('theta', 1) }),
};

function readAxisList(reader: ConfigReader): readonly number[] {
  const axes = reader.raw('axis') as readonly unknown[];
  if (axes.length === 0 || !axes.every(Number.isInteger)) throw reader.malformed(`axis is ${JSON.stringify(axes).slice(0, 80)}, expected axes`);
  return axes as number[];
}

function named(reader: ConfigReader, key: string, name: string): Activation {
  const activation = activationByName(name);
  if (activation === undefined) throw reader.unsupported(`${key} ${JSON.stringify(name.slice(0, 80))} (known: ${Object.keys(BY_NAME).join(', ')})`);
  return activation;
}

function activationByName(name: string): Activation | undefined {
  return Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** x of any shape → the same shape. */
export function emitActivation(context: Emitter, activation: Activation, x: ValueId): ValueId {
  switch (activation.kind) {
    case 'linear':
      return x;
    case 'sigmoid':
      return context.node('Sigmoid', [x]);
    case 'tanh':
      return context.node('Tanh', [x]);
    case 'softplus':
      return context.node('Softplus', [x]);
    case 'softsign':
      return context.node('Softsign', [x]);
    case 'exponential':
      return context.node('Exp', [x]);
    case 'hard_sigmoid':
      // 0.2·x + 0.5, where PyTorch's has x/6 + 0.5.
      return context.node('HardSigmoid', [x], { alpha: 0.2, beta: 0.5 });
    case 'silu':
      return context.node('Mul', [x, context.node('Sigmoid', [x])]);
    case 'mish':
      return context.node('Mish', [x]);
    case 'selu':
      return context.node('Selu', [x]);
    case 'elu':
      return context.node('Elu', [x], { alpha: activation.alpha });
    case 'thresholded_relu':
      return context.node('ThresholdedRelu', [x], { alpha: activation.theta });
    case 'gelu':
      return context.node('Gelu', [x], { approximate: activation.approximate ? 'tanh' : 'none' });
    case 'log_softmax':
      return context.node('LogSoftmax', [x], { axis: axisOf(context, x, activation.axis) });
    case 'softmax':
      return emitSoftmax(context, activation.axes, x);
    case 'relu':
      return emitRelu(context, activation, x);
  }
}

/** max_value where x ≥ max_value, x above the threshold, slope·(x − threshold) below it (keras/backend.py, relu). */
function emitRelu(context: Emitter, { maxValue, slope, threshold }: Extract<Activation, { kind: 'relu' }>, x: ValueId): ValueId {
  // tf.nn.leaky_relu takes integers, as floats; the others don't.
  if (slope !== 0 && maxValue === undefined && threshold === 0) return context.node('LeakyRelu', [castToFloat(context, x)], { alpha: slope });
  let y: ValueId;
  if (threshold !== 0) y = context.node('ThresholdedRelu', [x], { alpha: threshold });
  else if (maxValue === undefined) y = context.node('Relu', [x]);
  else y = x;
  if (maxValue !== undefined) y = context.node('Clip', [y, constantLike(context, x, 0), constantLike(context, x, maxValue)]);
  if (slope === 0) return y;
  const below = threshold === 0 ? context.node('Neg', [x]) : context.node('Sub', [constantLike(context, x, threshold), x]);
  return context.node('Sub', [y, context.node('Mul', [context.node('Relu', [below]), constantLike(context, x, slope)])]);
}

/** Over one axis ONNX' own; over several, exp(x − max) over its sum. */
function emitSoftmax(context: Emitter, axes: readonly number[], x: ValueId): ValueId {
  const rank = context.shape(x).length;
  if (rank < 2) return context.unsupported(`softmax of a tensor of rank ${rank}`);
  const positive = axes.map((axis) => axisOf(context, x, axis));
  if (positive.length === 1) return context.node('Softmax', [x], { axis: positive[0] as number });
  const powers = context.node('Exp', [context.node('Sub', [x, reduce(context, 'ReduceMax', x, positive, true)])]);
  return context.node('Div', [powers, reduce(context, 'ReduceSum', powers, positive, true)]);
}

/** Counted from the front, so that a layout pass needs no rank. */
function axisOf(context: Emitter, x: ValueId, axis: number): number {
  const rank = context.shape(x).length;
  const result = axis < 0 ? axis + rank : axis;
  return result >= 0 && result < rank ? result : context.unsupported(`axis ${axis} of a tensor of rank ${rank}`);
}
