import { expect, test } from 'vitest';
import { PRESETS, parseSteps } from './steps.ts';

const decode = { step: 'decode', decoder: 'tensorflow' };
const scale = { step: 'scale', divide: 255, offset: 0 };
const resize = { step: 'resize', kernel: 'bilinear', library: 'tensorflow', height: null, width: null };

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
  ['an unknown kernel', [{ ...resize, kernel: 'lanczos4' }], 'expected bilinear, nearest, bicubic, area, lanczos, lanczos3, lanczos5, gaussian or'],
  ['an antialias that is no boolean', [{ ...resize, antialias: 'yes' }], 'antialias "yes", expected true or false'],
  ['an unknown decoder', [{ step: 'decode', decoder: 'sharp' }], 'decoder "sharp", expected tensorflow, pillow or opencv'],
  ['a size of zero', [{ step: 'crop', height: 0, width: 4 }], 'height 0'],
  ['a size beyond memory', [{ step: 'crop', height: 4, width: 100_000 }], 'width 100000, expected null or a whole number from 1 to 20000'],
  ['a division by zero', [{ step: 'scale', divide: 0, offset: 0 }], 'divide 0'],
  ['a deviation of zero', [{ step: 'normalise', mean: [0, 0, 0], std: [1, 0, 1] }], 'std [1,0,1]'],
])('%s is refused by its place', (_, json, message) => {
  expect(() => parseSteps(json, 'steps.json')).toThrow(message);
});

test.each([
  ['no decoder first', [resize], 'the first step is not decode'],
  ['two decoders', [decode, resize, decode], 'step 3 (decode) comes a second time'],
  ['bytes of scaled values, re-encoded', [decode, scale, { step: 're-encode', quality: 75 }], 'step 3 (re-encode) works on bytes'],
  ['bytes of scaled values, resized by Pillow', [decode, scale, { ...resize, library: 'pillow' }], 'step 3 (resize) works on bytes'],
  ['bytes of scaled values, resized by OpenCV', [decode, scale, resize, { ...resize, library: 'opencv' }], 'step 4 (resize) works on bytes'],
  ['orientation of moved pixels', [decode, resize, { step: 'orient' }], 'step 3 (orient) comes after the pixels were moved'],
  ['orientation twice', [decode, { step: 'orient' }, { step: 'orient' }], 'step 3 (orient) comes after the pixels were moved'],
  ['orientation after OpenCV, which applied it', [{ step: 'decode', decoder: 'opencv' }, { step: 'orient' }], 'opencv has turned it already'],
  ['lanczos of TensorFlow', [decode, { ...resize, kernel: 'lanczos' }], 'step 2 (resize): only pillow has lanczos'],
  ['lanczos3 of Pillow', [decode, { ...resize, kernel: 'lanczos3', library: 'pillow' }], 'step 2 (resize): only tensorflow has lanczos3'],
  ['gaussian of version 1', [decode, { ...resize, kernel: 'gaussian', library: 'tensorflow-v1' }], 'only tensorflow has gaussian'],
  ['antialias of version 1', [decode, { ...resize, antialias: true, library: 'tensorflow-v1' }], 'only tensorflow has antialias'],
  ['Pillow without the antialias that it always does', [decode, { ...resize, antialias: false, library: 'pillow' }], 'only tensorflow has antialias'],
  ['antialias of nearest', [decode, { ...resize, antialias: true, kernel: 'nearest' }], 'step 2 (resize): nearest knows no antialias'],
  ['antialias of area', [decode, { ...resize, antialias: true, kernel: 'area' }], 'step 2 (resize): area knows no antialias'],
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
  ['a list that names what is usual', [decode, { ...resize, align_corners: false, antialias: false, preserve_aspect_ratio: false }]],
  ['nearest that names what is usual', [decode, { ...resize, kernel: 'nearest', antialias: false }]],
  ['an antialiased kernel of version 2', [decode, { ...resize, antialias: true }]],
  ['a kernel of version 2 without antialias', [decode, scale, { ...resize, kernel: 'lanczos5' }]],
])('%s: no contradiction', (_, steps) => {
  expect(parseSteps(steps, 'steps.json')).toEqual(steps);
});
