import { defineLayer, type LayerDefinition } from '../layer.ts';
import { castToFloat, onlyInput } from './nodes.ts';

/** What each does in training, for the warning: PyTorch has no layer that does the same. */
const NOISE = {
  AlphaDropout: 'drops units towards the negative saturation',
  GaussianDropout: 'multiplies with noise',
  GaussianNoise: 'adds noise',
} as const;

const AUGMENTATION = {
  RandomBrightness: 'changes the brightness',
  RandomContrast: 'changes the contrast',
  RandomFlip: 'flips images',
  RandomHeight: 'changes the height',
  RandomRotation: 'rotates images',
  RandomTranslation: 'shifts images',
  RandomWidth: 'changes the width',
  RandomZoom: 'zooms into images',
} as const;

function defineTrainingOnly(className: string, what: string, castsIntegers: boolean) {
  return defineLayer<null>({
    className,
    parse: () => null,
    weights: () => [],
    emit(context) {
      if (context.mode === 'follows') context.warn(`${className} ${what} in training; here it does nothing in training either`);
      const x = onlyInput(context);
      return [castsIntegers ? castToFloat(context, x) : x];
    },
  });
}

/** Nothing at inference: the input, as float32 where an augmentation layer would have cast it. */
export const trainingOnlyLayers: readonly LayerDefinition<unknown>[] = [
  ...Object.entries(NOISE).map(([className, what]) => defineTrainingOnly(className, what, false)),
  ...Object.entries(AUGMENTATION).map(([className, what]) =>
    defineTrainingOnly(className, what, className !== 'RandomHeight' && className !== 'RandomWidth'),
  ),
];

/** Its penalty is part of the loss only. */
export const activityRegularization = defineLayer<null>({
  className: 'ActivityRegularization',
  parse: () => null,
  weights: () => [],
  emit: (context) => [onlyInput(context)],
});
