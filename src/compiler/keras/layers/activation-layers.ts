import { defineLayer, type LayerDefinition } from '../layer.ts';
import { ACTIVATION_LAYERS, type Activation, emitActivation, readActivation } from './activations.ts';
import { fixedSize, inputShape } from './input-size.ts';
import { onlyInput, transpose } from './nodes.ts';
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

/** x where x > 0, alpha·x elsewhere; one alpha for each element, or for a whole axis named in `shared_axes`. */
export const prelu = defineLayer<{ readonly sharedAxes: readonly number[] }>({
  className: 'PReLU',
  parse: (reader) => ({ sharedAxes: readAxes(reader, 'shared_axes', []) }),
  weights({ sharedAxes }, inputShapes) {
    const shape = inputShape(inputShapes);
    const alpha = shape.slice(1).map((_, index) => (sharedAxes.includes(index + 1) ? 1 : fixedSize(shape, index + 1)));
    return [{ shape: alpha, kind: 'parameter', role: 'alpha', kerasName: 'alpha' }];
  },
  emit(context) {
    const x = onlyInput(context);
    const alpha = context.weight('alpha');
    if (context.shape(x).length !== 4) return [context.node('PRelu', [x, alpha])];
    // NHWC → NCHW with alpha [H, W, C] → [C, H, W]: the channel axis is where PyTorch looks for it.
    const y = context.node('PRelu', [transpose(context, x, [0, 3, 1, 2]), transpose(context, alpha, [2, 0, 1])]);
    return [transpose(context, y, [0, 2, 3, 1])];
  },
});
