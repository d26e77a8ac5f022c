import type { Shape } from '../../graph/graph.ts';
import { defineLayer, type LayerDefinition } from '../layer.ts';
import { ACTIVATION_LAYERS, type Activation, emitActivation, readActivation } from './activations.ts';
import { fixedSize, inputShape } from './input-size.ts';
import { fromChannelsFirst, onlyInput, reshape, toChannelsFirst, transpose, unsqueeze } from './nodes.ts';
import { readAxes } from './options.ts';

/** `Activation('relu')`. */
export const activation = defineLayer<Activation>({
  className: 'Activation',
  parse: (reader) => readActivation(reader),
  weights: () => [],
  emit: (context) => [emitActivation(context, context.config, onlyInput(context))],
});

function defineActivationLayer(className: string) {
  return defineLayer<Activation>({
    className,
    parse: ACTIVATION_LAYERS[className] as (typeof ACTIVATION_LAYERS)[string],
    weights: () => [],
    emit: (context) => [emitActivation(context, context.config, onlyInput(context))],
  });
}

/** ReLU, LeakyReLU, ELU, Softmax, ThresholdedReLU. */
export const activationLayers: readonly LayerDefinition<unknown>[] = Object.keys(ACTIVATION_LAYERS).map(defineActivationLayer);

interface PReluConfig {
  readonly sharedAxes: readonly number[];
}

/**
 * x where x > 0, alpha·x elsewhere; one alpha for each element, or for a whole axis named in `shared_axes`. Where only the last axis has
 * alphas of its own, or none has, it is PyTorch's PReLU: `weight`, [C].
 */
export const prelu = defineLayer<PReluConfig>({
  className: 'PReLU',
  parse: (reader) => ({ sharedAxes: readAxes(reader, 'shared_axes', []) }),
  weights(config, inputShapes) {
    const shape = alphaShape(config, inputShape(inputShapes));
    return [{ shape, kind: 'parameter', role: isByChannel(shape) ? 'weight' : 'alpha', kerasName: 'alpha' }];
  },
  emit(context) {
    const x = onlyInput(context);
    const shape = alphaShape(context.config, context.shape(x));
    if (isByChannel(shape)) {
      const weight = context.weight('weight');
      if (shape.length === 1) return [context.node('PRelu', [x, weight])];
      // [1, 1, C] → [C] → [C, 1, 1], which broadcasts to channels first.
      const slope = unsqueeze(context, reshape(context, weight, shape.slice(-1)), [...shape.keys()].slice(1));
      return [fromChannelsFirst(context, context.node('PRelu', [toChannelsFirst(context, x, 'channels_last'), slope]), 'channels_last')];
    }
    const alpha = context.weight('alpha');
    if (shape.length !== 3) return [context.node('PRelu', [x, alpha])];
    // NHWC → NCHW with alpha [H, W, C] → [C, H, W]: the channel axis is where PyTorch looks for it.
    const y = context.node('PRelu', [transpose(context, x, [0, 3, 1, 2]), transpose(context, alpha, [2, 0, 1])]);
    return [transpose(context, y, [0, 2, 3, 1])];
  },
});

/** Without the batch; 1 where an axis is shared. */
function alphaShape({ sharedAxes }: PReluConfig, input: Shape): readonly number[] {
  return input.slice(1).map((_, index) => (sharedAxes.includes(index + 1) ? 1 : fixedSize(input, index + 1)));
}

function isByChannel(alpha: readonly number[]): boolean {
  return alpha.length > 0 && alpha.slice(0, -1).every((size) => size === 1);
}
