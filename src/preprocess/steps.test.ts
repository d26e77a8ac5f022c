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

const decode = { step: 'decode', decoder: 'tensorflow' };
const scale = { step: 'scale', divide: 255, offset: 0 };
const resize = { step: 'resize', kernel: 'bilinear', library: 'tensorflow', height: null, width: null };

test.each([
  ['no decoder first', [resize], 'the first step is not decode'],
  ['two decoders', [decode, resize, decode], 'step 2 (decode) comes a second time'],
  ['bytes of scaled values, re-encoded', [decode, scale, { step: 're-encode', quality: 75 }], 'step 2 (re-encode) works on bytes'],
  ['bytes of scaled values, resized by Pillow', [decode, scale, { ...resize, library: 'pillow' }], 'step 2 (resize) works on bytes'],
  ['bytes of scaled values, resized by OpenCV', [decode, scale, resize, { ...resize, library: 'opencv' }], 'step 3 (resize) works on bytes'],
  ['orientation of moved pixels', [decode, resize, { step: 'orient' }], 'step 2 (orient) comes after the pixels were moved'],
  ['orientation twice', [decode, { step: 'orient' }, { step: 'orient' }], 'step 2 (orient) comes after the pixels were moved'],
  ['orientation after OpenCV, which applied it', [{ step: 'decode', decoder: 'opencv' }, { step: 'orient' }], 'opencv has turned it already'],
  ['lanczos of TensorFlow', [decode, { ...resize, kernel: 'lanczos' }], 'only pillow has lanczos'],
  ['align_corners of version 2', [decode, { ...resize, align_corners: true }], 'only tensorflow-v1 has align_corners'],
  ['a crop with a height alone', [decode, { step: 'crop', height: 4, width: null }], 'step 1 (crop) has a height or a width alone'],
  ['padding with a width alone', [decode, { step: 'pad', value: 0, width: 4 }], 'step 1 (pad) has a height or a width alone'],
])('%s contradicts itself', (_, steps, message) => {
  expect(() => parseSteps(steps, 'steps.json')).toThrow(message);
});

test.each([
  ['TensorFlow resizes scaled values too', [decode, scale, resize]],
  ['channels are turned before the orientation', [decode, { step: 'channel-order', order: 'BGR' }, { step: 'orient' }, resize]],
  ['a square from the centre', [decode, { step: 'crop', height: null, width: null }, { step: 'pad', value: 0 }]],
  ['a list that names what is usual', [decode, { ...resize, align_corners: false, preserve_aspect_ratio: false }]],
])('%s: no contradiction', (_, steps) => {
  expect(parseSteps(steps, 'steps.json')).toEqual(steps);
});
