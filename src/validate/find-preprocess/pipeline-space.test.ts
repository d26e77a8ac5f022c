import { expect, test } from 'vitest';
import { seededRandom } from '../../core/seeded-random.ts';
import { PRESETS, parseSteps } from '../../preprocess/steps.ts';
import { choiceOf } from './choice-of.ts';
import { neighbours } from './neighbours.ts';
import { CHOICES, SIMPLEST, stepsOf } from './pipeline-space.ts';
import { drawChoice } from './testing/draw-choice.ts';

const random = seededRandom(1);
const drawn = Array.from({ length: 300 }, () => drawChoice(random));

test('every pipeline of the space is one that a bundle could hold, and is known by its steps again', () => {
  for (const choice of [...drawn, ...neighbours(SIMPLEST, CHOICES)]) {
    const steps = stepsOf(choice, 224, 160);
    expect(parseSteps(steps, 'space')).toEqual(steps);
    expect(choiceOf(steps, 224, 160)).toEqual(choice);
  }
});

test('every preset is in the space', () => {
  for (const [name, steps] of Object.entries(PRESETS)) {
    const choice = choiceOf(steps, 224, 224);
    expect({ name, steps: choice && stepsOf(choice, 224, 224) }).toEqual({ name, steps });
  }
});

test('steps that the space has not are no choice', () => {
  const [decode, resize] = PRESETS['0..255'] as NonNullable<(typeof PRESETS)[string]>;
  expect(choiceOf([decode as never, resize as never, { step: 'scale', divide: 3, offset: 0 }], 224, 224)).toBeUndefined();
  expect(choiceOf([decode as never, resize as never, resize as never], 224, 224)).toBeUndefined();
  // Yahoo's crop is of 224 pixels, whatever the model's size.
  expect(choiceOf(PRESETS.open_nsfw as never, 299, 299)).toBeUndefined();
});
