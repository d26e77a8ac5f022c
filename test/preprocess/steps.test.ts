import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/core/package-root.ts';
import { type ModelInput, printPreprocess } from '../../src/preprocess/print-preprocess.ts';
import { PRESETS, type Step } from '../../src/preprocess/steps.ts';
import { pythonOver, torchTestPython } from '../support/python-environments.ts';
import { runPython } from '../support/run-python.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

type Library = 'tensorflow' | 'pillow' | 'load_img' | 'opencv';
interface Report extends Readonly<Record<Library | 'orient' | 'presets', Readonly<Record<string, string>>>> {
  /** By kernel: sizes compared, sizes that differ, largest difference. */
  readonly resize: Readonly<Record<string, readonly [number, number, number]>>;
}

const here = join(packageRoot(), 'test', 'preprocess');
const scratch = scratchFolder('steps');
let python = '';
let report: Report;
beforeAll(async () => {
  python = await torchTestPython();
  const tensorflow = await pythonOver('tensorflow', 'preprocess-test', join(here, 'requirements.txt'));
  await runPython(python, [join(here, 'make_images.py'), scratch.join('images')]);
  writeFileSync(scratch.join('presets.json'), JSON.stringify(PRESETS));
  const shared = [scratch.join('images'), scratch.join('presets.json'), scratch.join('reference.npz')];
  await runPython(tensorflow, [join(here, 'tensorflow_reference.py'), ...shared]);
  report = JSON.parse(await runPython(python, [join(here, 'check_steps.py'), ...shared])) as Report;
});

const palette = "[TensorFlow 2.10 takes the palette's indices of this BMP for its pixels]";
/** Newer OpenCVs read GIF and animated PNG, older ones don't; nobody's pipeline can be told from it. */
const GIFS_AND_ANIMATIONS = /\.gif$|^animated-/;
/** Where ours differs on purpose; everything else is equal, or refused by both. */
const DIFFERENT: Readonly<Record<Library, Readonly<Record<string, string>>>> = {
  tensorflow: {
    // Decoded right: TensorFlow 2.10 takes colour indices for grey, or refuses.
    '8.bmp': expect.stringMatching(/^differs by \d+ \[TensorFlow 2.10 takes/),
    '4.bmp': `only they refuse ${palette}`,
    '1.bmp': `only they refuse ${palette}`,
    '16.bmp': 'only they refuse',
    '16-masks.bmp': 'only they refuse',
    'os2.bmp': 'only they refuse',
    'trailing.bmp': 'only they refuse',
    // Of its last row's padding.
    'cut-1.bmp': 'only they refuse',
    // Whole files of a broken encoder: Pillow takes missing rows for black ones.
    'missing-rows.png': 'only they refuse',
    'no-checksum.png': 'only they refuse',
    'no-colours.gif': 'only they refuse',
    // The limits hold for a canvas and for comments too.
    'huge-canvas.gif': expect.stringMatching(/^only we refuse: .*3600000000 pixels/),
    'text-bomb.png': expect.stringMatching(/^only we refuse: .*too large/),
  },
  pillow: {},
  load_img: { tiff: 'only we refuse: no image of these formats: JPEG, PNG, GIF, BMP, WEBP' },
  opencv: {
    tiff: 'only we refuse: no image of these formats: JPEG, PNG, BMP, WEBP',
    'cut-1.bmp': 'only they refuse',
    'missing-rows.png': 'only they refuse',
    'no-checksum.png': 'only they refuse',
    'text-bomb.png': expect.stringMatching(/^only we refuse: .*too large/),
  },
};

describe.each(['tensorflow', 'pillow', 'load_img', 'opencv'] as const)('decoding as %s', (library) => {
  test('gives the same bits and refuses the same files', () => {
    const verdicts = Object.entries(report[library]).filter(([file]) => library !== 'opencv' || !GIFS_AND_ANIMATIONS.test(file));
    expect(verdicts.length).toBeGreaterThan(150);
    const others = verdicts.filter(([, verdict]) => !/^(equal( \[|$)|refused$)/.test(verdict));
    expect(Object.fromEntries(others)).toEqual(DIFFERENT[library]);
    expect(verdicts.filter(([, verdict]) => verdict.startsWith('equal')).length).toBeGreaterThan(115);
  });
});

test.each([
  ['cat.jpg', 'equal'],
  ['two-pictures.jpg', 'equal'],
  ['animated.gif', 'equal'],
  ['second-larger.gif', 'equal'],
  ['cmyk-without-marker.jpg', 'equal'],
  ['damaged-0-progressive-2.jpg', 'equal [damaged JPEG: Corrupt JPEG data: premature end of data segment]'],
  ['cut-2.jpg', 'refused'],
  ['cut-and-followed.jpg', 'refused'],
  ['cut-1.png', 'refused'],
  ['no-trailer.gif', 'refused'],
  ['wrong-crc.png', 'refused'],
  ['huge.png', 'refused'],
  ['huge.jpg', 'refused'],
  ['huge.bmp', 'refused'],
  ['no-rows.jpg', 'refused'],
  ['lossy.webp', 'refused'],
  ['tiff', 'refused'],
  ['nothing', 'refused'],
])('%s as tensorflow: %s', (name, verdict) => {
  expect(report.tensorflow[name]).toBe(verdict);
});

test('every preset that TensorFlow or Keras can follow gives its bits', () => {
  const verdicts = Object.entries(report.presets);
  const names = new Set(verdicts.map(([key]) => key.slice(0, key.lastIndexOf('/'))));
  expect([...names].sort()).toEqual(
    Object.keys(PRESETS)
      .filter((name) => !['load_img', 'open_nsfw'].includes(name))
      .sort(),
  );
  expect(verdicts.length).toBeGreaterThan(900);
  expect(verdicts.filter(([, verdict]) => verdict !== 'equal')).toEqual([]);
});

test('orientations are applied as exif_transpose applies them', () => {
  expect(Object.keys(report.orient)).toHaveLength(11);
  expect(new Set(Object.values(report.orient))).toEqual(new Set(['equal']));
});

test("sizes and borders: the kernels of TensorFlow, Pillow and OpenCV bit for bit, OpenCV's bicubic within one step", () => {
  const limit = (kernel: string) => (kernel === 'opencv bicubic' ? 1 : 0);
  const kernels = Object.entries(report.resize);
  expect(kernels).toHaveLength(40);
  expect(kernels.filter(([kernel, [compared, , largest]]) => compared < 38 || largest > limit(kernel))).toEqual([]);
  const computed = kernels.filter(([kernel]) => /antialias|lanczos\d|gaussian|mitchellcubic/.test(kernel) && !kernel.includes('aspect'));
  expect(computed).toHaveLength(10);
  for (const [, [compared]] of computed) expect(compared).toBeGreaterThan(200);
});

/** Some of each kind: what the decoders do with the others is looked at above. */
const FEW = '^(cat|boats|flower|baseline-2|orientation-6|cmyk|cut-2|damaged-2-baseline|nothing|huge|lossy|transparent-3-8|animated|24|7x3-2)';
/** Each preset, and pipelines that use what no preset does, in front of each kind of input. */
const printed: readonly (readonly [name: string, steps: readonly Step[], layout: 'NHWC' | 'NCHW', dtype: string])[] = [
  ...Object.entries(PRESETS).map(([name, steps]) => [name, steps, 'NHWC', 'float32'] as const),
  ['bytes', PRESETS['0..255'] as readonly Step[], 'NHWC', 'uint8'],
  ...(['bilinear', 'nearest', 'bicubic', 'area'] as const).flatMap((kernel) =>
    (['tensorflow', 'tensorflow-v1', 'pillow', 'opencv'] as const).map((library): (typeof printed)[number] => [
      `${library} ${kernel}`,
      [
        { step: 'decode', decoder: library === 'opencv' ? 'opencv' : 'pillow' },
        { step: 'crop', height: null, width: null },
        { step: 'resize', kernel, library, height: 40, width: 30, ...(library === 'tensorflow-v1' && { align_corners: true }) },
        { step: 'pad', value: 7.5 },
        { step: 'channel-order', order: 'BGR' },
      ],
      'NHWC',
      'float32',
    ]),
  ),
  ...(['bilinear', 'bicubic', 'lanczos3', 'lanczos5', 'gaussian', 'mitchellcubic'] as const).map((kernel): (typeof printed)[number] => [
    `antialiased ${kernel}`,
    [
      { step: 'decode', decoder: 'tensorflow' },
      { step: 'resize', kernel, library: 'tensorflow', antialias: true, preserve_aspect_ratio: kernel === 'lanczos5', height: 40, width: 30 },
    ],
    'NCHW',
    'float32',
  ]),
  [
    'sampled',
    [
      { step: 'decode', decoder: 'pillow' },
      { step: 'scale', divide: 255, offset: 0 },
      { step: 'resize', kernel: 'lanczos3', library: 'tensorflow', height: null, width: null },
    ],
    'NHWC',
    'float32',
  ],
  [
    'oriented',
    [
      { step: 'decode', decoder: 'tensorflow' },
      { step: 'orient' },
      { step: 'resize', kernel: 'lanczos', library: 'pillow', preserve_aspect_ratio: true, height: null, width: null },
      { step: 're-encode', quality: 60 },
      { step: 'pad', value: 0, height: null, width: null },
      { step: 'scale', divide: 1e-7, offset: -1e21 },
    ],
    'NCHW',
    'float32',
  ],
];

test('preprocess.py, alone in a folder, does what its steps say, and ruff and mypy find nothing', async () => {
  const folders = printed.map(([name, steps, layout, dtype], index) => {
    const folder = scratch.join('printed', name.replace(/\W+/g, '_') + index);
    mkdirSync(folder, { recursive: true });
    const input: ModelInput = { height: 64, width: 48, layout, dtype };
    writeFileSync(join(folder, 'preprocess.py'), printPreprocess(steps, input) as string);
    writeFileSync(join(folder, 'case.json'), JSON.stringify({ steps, ...input }));
    return folder;
  });
  const found = JSON.parse(await runPython(python, [join(here, 'check_printed.py'), scratch.join('printed'), scratch.join('images'), FEW])) as Record<
    string,
    [number, number, string[]]
  >;
  expect(Object.entries(found).filter(([, [, , different]]) => different.length > 0)).toEqual([]);
  expect(Object.keys(found)).toHaveLength(printed.length);
  for (const [same, refused] of Object.values(found)) expect([same > 10, refused > 3]).toEqual([true, true]);
  await runPython(python, ['-m', 'ruff', 'check', '--isolated', '--no-cache', scratch.join('printed')]);
  // Under names of their own, so that one run does.
  mkdirSync(scratch.join('typed'));
  folders.forEach((folder, index) => {
    copyFileSync(join(folder, 'preprocess.py'), scratch.join('typed', `preprocess_${index}.py`));
  });
  await runPython(python, ['-m', 'mypy', '--config-file', '', '--cache-dir', scratch.join('mypy'), scratch.join('typed')]);
});
