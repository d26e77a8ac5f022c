import { expect, test } from 'vitest';
import { PRESETS, parseSteps } from './steps.ts';

test('every preset is a pipeline that steps.json could hold', () => {
  for (const steps of Object.values(PRESETS)) expect(parseSteps(JSON.parse(JSON.stringify(steps)), 'preset')).toEqual(steps);
});

test.each([
  ['no list', {}, 'expected a list'],
  ['an empty list', [], 'expected a list'],
  ['a string for a step', ['decode'], "step 0 isn't an object"],
  ['an unknown step', [{ step: 'blur' }], 'step 0 is "blur"'],
  ['a name every object has', [{ step: 'constructor' }], 'step 0 is "constructor"'],
  ['an unknown key', [{ step: 'decode', decoder: 'pillow', dct: 'fast' }], 'unknown key "dct"'],
  ['a missing key', [{ step: 'decode' }], 'decoder undefined'],
  ['an unknown decoder', [{ step: 'decode', decoder: 'sharp' }], 'decoder "sharp"'],
  ['a size of zero', [{ step: 'crop', height: 0, width: 4 }], 'height 0'],
  ['a division by zero', [{ step: 'scale', divide: 0, offset: 0 }], 'divide 0'],
  ['a deviation of zero', [{ step: 'normalise', mean: [0, 0, 0], std: [1, 0, 1] }], 'std [1,0,1]'],
])('%s is refused by its place', (_, json, message) => {
  expect(() => parseSteps(json, 'steps.json')).toThrow(message);
});
