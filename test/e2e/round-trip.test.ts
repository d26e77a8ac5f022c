import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../../src/bundle/manifest.ts';
import { dense, functional, input, layer, nested } from '../../src/compiler/keras/testing/model-file.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { ramp } from '../../src/formats/hdf5/testing/write-h5.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { tfjsModel } from '../support/tfjs-model.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('round-trip');
const manifestOf = (bundle: string) => JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8')) as Manifest;
/** What the graph alone decides; model.onnx names the program that wrote it from what. */
const SAME = ['model.onnx', 'model.py', 'model.safetensors', 'model.pt', 'model.bf16.pt'];

const inner = functional(
  'backbone',
  [
    input('image', [null, 8, 8, 3]),
    layer('Conv2D', 'conv', { filters: 4, kernel_size: [3, 3], strides: [2, 2], padding: 'same', use_bias: false, activation: 'linear' }, [
      ['image', 0, 0],
    ]),
    layer('BatchNormalization', 'bn', { axis: [3], momentum: 0.99, epsilon: 0.001, center: true, scale: true, trainable: false }, [['conv', 0, 0]]),
    layer('ReLU', 'relu', { max_value: 6 }, [['bn', 0, 0]]),
    layer('GlobalAveragePooling2D', 'pool', {}, [['relu', 0, 0]]),
  ],
  [['image', 0, 0]],
  [['pool', 0, 0]],
);

/** A backbone in a model, called twice, once in inference mode; two inputs, two outputs, dropout. */
const TWICE = functional(
  'twice',
  [
    input('left', [null, 8, 8, 3]),
    input('right', [null, 8, 8, 3]),
    nested(inner, 'backbone', [['left', 0, 0, {}]], [['right', 0, 0, { training: false }]]),
    layer('Concatenate', 'both', { axis: -1 }, [
      ['backbone', 1, 0],
      ['backbone', 2, 0],
    ]),
    layer('Dropout', 'drop', { rate: 0.3 }, [['both', 0, 0]]),
    dense('scores', 3, { activation: 'softmax' }, [['drop', 0, 0]]),
    dense('nudity', 1, { activation: 'sigmoid', trainable: false }, [['drop', 0, 0]]),
  ],
  [
    ['left', 0, 0],
    ['right', 0, 0],
  ],
  [
    ['scores', 0, 0],
    ['nudity', 0, 0],
  ],
);
const TWICE_WEIGHTS = {
  backbone: { kernel: ramp(3, 3, 3, 4), gamma: ramp(4), beta: ramp(4), mean: ramp(4), variance: { shape: [4], data: Float32Array.of(1, 2, 3, 4) } },
  scores: { kernel: ramp(8, 3), bias: ramp(3) },
  nudity: { kernel: ramp(8, 1), bias: ramp(1) },
};

const STEPS = [
  { step: 'decode', decoder: 'pillow' },
  { step: 'resize', kernel: 'bilinear', library: 'tensorflow-v1', align_corners: true, height: 8, width: null },
  { step: 'scale', divide: 0.1, offset: -1e-7 },
];

beforeAll(async () => {
  await writeKerasFile(scratch.join('twice.h5'), TWICE, TWICE_WEIGHTS);
  writeFileSync(scratch.join('steps.json'), JSON.stringify(STEPS));
  writeFileSync(scratch.join('policy.json'), JSON.stringify({ rules: { nsfw: 'block', edgy: { review: 0.4, block: 0.9 } } }));
  const { json, shard } = tfjsModel();
  writeFileSync(scratch.join('model.json'), JSON.stringify(json));
  writeFileSync(scratch.join('weights.bin'), shard);
});

async function convertTwice(model: string, first: readonly string[] = [], second: readonly string[] = []) {
  const folder = mkdtempSync(scratch.join('case-'));
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  for (const args of [
    [model, '-o', one, '--precision', 'bf16', ...first],
    [join(one, 'model.onnx'), '-o', two, '--precision', 'bf16', ...second],
  ]) {
    const { exitCode, stderr } = await runCli(['convert', ...args], { cwd: scratch.path });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
  }
  return { one, two };
}

function expectSame(one: string, two: string): void {
  for (const file of SAME) {
    expect(manifestOf(two).artefacts[file]?.sha256, file).toBe(manifestOf(one).artefacts[file]?.sha256);
    expect(readFileSync(join(two, file)).equals(readFileSync(join(one, file))), file).toBe(true);
  }
}

describe('model.onnx gives the bundle again, byte for byte', () => {
  test('a nested backbone called twice, with classes, pipeline and policy', async () => {
    const options = ['--classes', 'safe,nsfw,edgy', '--preprocess', 'steps.json', '--policy', 'policy.json'];
    const { one, two } = await convertTwice('twice.h5', options);
    expectSame(one, two);
    const [before, after] = [manifestOf(one), manifestOf(two)];
    expect(after).toMatchObject({ classes: ['safe', 'nsfw', 'edgy'], preprocess: { steps: STEPS, assumed: false } });
    for (const key of ['inputs', 'outputs', 'classes', 'preprocess', 'calls'] as const) expect(after[key], key).toEqual(before[key]);
    expect(after.weights.map(({ key, shape, trainable }) => ({ key, shape, trainable }))).toEqual(
      before.weights.map(({ key, shape, trainable }) => ({ key, shape, trainable })),
    );
    expect(before.policy).toMatchObject({ rules: { nsfw: 'block' } });
    expect(before.outputs.map(({ name }) => name)).toEqual(['scores', 'nudity']);
    expect(before.calls.filter(({ mode }) => mode === 'inference').length).toBeGreaterThan(0);
  });

  test('a tfjs folder', async () => {
    const { one, two } = await convertTwice(scratch.path);
    expectSame(one, two);
    expect(manifestOf(one).source).toMatchObject({ format: 'tfjs-layers', file: 'model.json' });
  });

  test('a third time too, and other classes take the place of the first', async () => {
    const { two } = await convertTwice('twice.h5', ['--classes', 'a,b,c']);
    const { one: third } = await convertTwice(join(two, 'model.onnx'));
    expectSame(two, third);
    const { one: renamed } = await convertTwice(join(two, 'model.onnx'), ['--classes', 'x,y,z']);
    expect(manifestOf(renamed).classes).toEqual(['x', 'y', 'z']);
    expect(readFileSync(join(renamed, 'model.py'), 'utf8')).toContain('x, y, z');
    expect(readFileSync(join(renamed, 'model.safetensors')).equals(readFileSync(join(two, 'model.safetensors')))).toBe(true);
  });

  const demo = join(packageRoot(), 'demo', 'mobilenet_v2', 'moderation_model.h5');
  test('the real moderation model', async ({ skip }) => {
    if (!existsSync(demo)) return skip('npm run demo makes it');
    const { one, two } = await convertTwice(demo, ['--classes', 'drawing,hentai,neutral,porn,sexy']);
    expectSame(one, two);
  });
});

test('a bundle’s folder stands for its model.onnx', async () => {
  const { one } = await convertTwice('twice.h5');
  const { exitCode } = await runCli(['convert', one, '-o', `${one}-again`, '--precision', 'bf16'], { cwd: scratch.path });
  expect(exitCode).toBe(0);
  expectSame(one, `${one}-again`);
});

test('one place, one name: a file of the same name from elsewhere gives the same bundle', async () => {
  const { one } = await convertTwice('twice.h5');
  const { one: again } = await convertTwice(scratch.join('twice.h5'));
  for (const file of readdirSync(one)) expect(readFileSync(join(again, file)).equals(readFileSync(join(one, file))), basename(file)).toBe(true);
  expect(readFileSync(join(one, 'manifest.json'), 'utf8')).not.toContain(scratch.path);
});
