import { expect, test } from 'vitest';
import { imageInput, type ModelInput, printPreprocess } from './print-preprocess.ts';
import { PRESETS, parseSteps, type Step } from './steps.ts';

const input: ModelInput = { height: 64, width: 48, layout: 'NHWC', dtype: 'float32' };
const preset = (name: string) => PRESETS[name] as readonly Step[];

test.each(['load_img', 'private_detector'])('preprocess.py of %s', (name) => {
  expect(printPreprocess(preset(name), input)).toMatchSnapshot();
});

test('holds the functions that its steps use, each once, and no other', () => {
  const text = printPreprocess(preset('0..1'), input) as string;
  const defined = [...text.matchAll(/^def (\w+)/gm)].map(([, name]) => name);
  expect(new Set(defined).size).toBe(defined.length);
  expect(defined).toEqual(expect.arrayContaining(['decode_tensorflow', 'resize_bilinear', 'scale', 'preprocess']));
  for (const other of ['resize_pillow', 'orient', 'reencode', 'crop', 'bgr', 'pad']) expect(defined).not.toContain(other);
  expect(text).not.toMatch(/torchlift/);
  expect(text).not.toMatch(/\n{4}|[ \t]\n/);
});

const decode: Step = { step: 'decode', decoder: 'pillow' };
const resizedBy = (resize: Omit<Extract<Step, { step: 'resize' }>, 'step' | 'library' | 'height' | 'width'>): readonly Step[] => [
  decode,
  { step: 'resize', library: 'tensorflow', height: null, width: null, ...resize },
];

test('preprocess.py of an antialiased kernel', () => {
  expect(printPreprocess(resizedBy({ kernel: 'bicubic', antialias: true, preserve_aspect_ratio: true }), input)).toMatchSnapshot();
});

test.each([
  [{ kernel: 'bilinear', antialias: true }, 'resize_sampled(image, "bilinear", 64, 48, antialias=True)'],
  [{ kernel: 'bilinear', antialias: false }, 'resize_bilinear(image, 64, 48)'],
  [{ kernel: 'lanczos3' }, 'resize_sampled(image, "lanczos3", 64, 48)'],
  [{ kernel: 'gaussian', antialias: true }, 'resize_sampled(image, "gaussian", 64, 48, antialias=True)'],
] as const)('%o is the call %s', (resize, call) => {
  const text = printPreprocess(resizedBy(resize), input);
  expect(text).toContain(`image = ${call}\n`);
  expect(text?.includes('def resize_sampled')).toBe(call.startsWith('resize_sampled'));
});

test("another layout and dtype of the model's input", () => {
  const text = printPreprocess(preset('0..255'), { height: null, width: null, layout: 'NCHW', dtype: 'uint8' });
  expect(text).toBeUndefined();
  const sized = parseSteps(
    [
      { step: 'decode', decoder: 'pillow' },
      { ...preset('load_img')[1], height: 5, width: 6 },
    ],
    'steps',
  );
  expect(printPreprocess(sized, { height: null, width: null, layout: 'NCHW', dtype: 'uint8' })).toContain(
    'return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)[None], dtype=np.uint8))',
  );
});

test('a size that neither the step nor the model names: no pipeline', () => {
  const free = { ...input, height: null };
  for (const name of ['0..1', 'nsfwjs', 'private_detector']) expect(printPreprocess(preset(name), free)).toBeUndefined();
  expect(printPreprocess(preset('open_nsfw'), free)).toContain('crop(image, 224, 224)');
});

test('numbers of a steps.json are printed as Python reads them', () => {
  const steps: readonly Step[] = [
    { step: 'decode', decoder: 'pillow' },
    { step: 'scale', divide: 1e-7, offset: -1e21 },
    { step: 'normalise', mean: [-0.5, 0, 1e22], std: [1, 2, 0.25] },
  ];
  const text = printPreprocess(steps, input);
  expect(text).toContain('scale(image, 1e-7, -1e+21)');
  expect(text).toContain('normalise(image, [-0.5, 0, 1e+22], [1, 2, 0.25])');
});

test.each([
  ['an image', [{ dtype: 'float32', shape: ['N', 4, 5, 3], layout: 'NHWC' }], { height: 4, width: 5, layout: 'NHWC', dtype: 'float32' }],
  ['channels first', [{ dtype: 'uint8', shape: ['N', 3, 4, 'W'], layout: 'NCHW' }], { height: 4, width: null, layout: 'NCHW', dtype: 'uint8' }],
  ['grey', [{ dtype: 'float32', shape: ['N', 4, 5, 1], layout: 'NHWC' }], undefined],
  ['numbers', [{ dtype: 'float32', shape: ['N', 3], layout: null }], undefined],
  ['nothing', [], undefined],
] as const)('the input of a model that takes %s', (_, ports, expected) => {
  expect(imageInput(ports)).toEqual(expected);
});

test('two images are not one', () => {
  const port = { dtype: 'float32', shape: ['N', 4, 5, 3], layout: 'NHWC' } as const;
  expect(imageInput([port, port])).toBeUndefined();
});
