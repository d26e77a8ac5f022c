import { expect, test } from 'vitest';
import { PRESETS, parseSteps } from './steps.ts';

test('every preset is a pipeline that steps.json could hold', () => {
  for (const steps of Object.values(PRESETS)) expect(parseSteps(JSON.parse(JSON.stringify(steps)), 'preset')).toEqual(steps);
});

test.each([
  ['no list', {}, 'expected a list'],
  ['an empty list', [], 'expected a list'],
  ['a string for a step', ['decode'], "step 1 isn't an object"],
  ['an unknown step', [{ step: 'blur' }], 'step 1 is "blur"'],
  ['a name every object has', [{ step: 'constructor' }], 'step 1 is "constructor"'],
  ['an unknown key', [{ step: 'decode', decoder: 'pillow', dct: 'fast' }], 'unknown key "dct"; it takes decoder'],
  ['a missing key', [{ step: 'decode' }], 'step 1 (decode) lacks decoder: tensorflow, pillow or opencv'],
  ['an unknown decoder', [{ step: 'decode', decoder: 'sharp' }], 'decoder "sharp", expected tensorflow, pillow or opencv'],
  ['a size of zero', [{ step: 'crop', height: 0, width: 4 }], 'height 0'],
  ['a size beyond memory', [{ step: 'crop', height: 4, width: 100_000 }], 'width 100000, expected null or a whole number from 1 to 20000'],
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
  ['two decoders', [decode, resize, decode], 'step 3 (decode) comes a second time'],
  ['bytes of scaled values, re-encoded', [decode, scale, { step: 're-encode', quality: 75 }], 'step 3 (re-encode) works on bytes'],
  ['bytes of scaled values, resized by Pillow', [decode, scale, { ...resize, library: 'pillow' }], 'step 3 (resize) works on bytes'],
  ['bytes of scaled values, resized by OpenCV', [decode, scale, resize, { ...resize, library: 'opencv' }], 'step 4 (resize) works on bytes'],
  ['orientation of moved pixels', [decode, resize, { step: 'orient' }], 'step 3 (orient) comes after the pixels were moved'],
  ['orientation twice', [decode, { step: 'orient' }, { step: 'orient' }], 'step 3 (orient) comes after the pixels were moved'],
  ['orientation after OpenCV, which applied it', [{ step: 'decode', decoder: 'opencv' }, { step: 'orient' }], 'opencv has turned it already'],
  ['lanczos of TensorFlow', [decode, { ...resize, kernel: 'lanczos' }], 'only pillow has lanczos'],
  ['align_corners of version 2', [decode, { ...resize, align_corners: true }], 'only tensorflow-v1 has align_corners'],
  ['a crop with a height alone', [decode, { step: 'crop', height: 4, width: null }], 'step 2 (crop) has a height or a width alone'],
  ['padding with a width alone', [decode, { step: 'pad', value: 0, width: 4 }], 'step 2 (pad) has a height or a width alone'],
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
