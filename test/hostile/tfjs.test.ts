import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectRefusal, type Refusal } from '../support/expect-refusal.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { tfjsModel } from '../support/tfjs-model.ts';
import { TINY_CONFIG } from '../support/tiny-model.ts';

const scratch = scratchFolder('tfjs');

/** A model folder; `change` edits model.json before it is written. */
function modelFolder(change: (model: ReturnType<typeof tfjsModel>['json']) => unknown = (model) => model): string {
  const folder = mkdtempSync(scratch.join('case-'));
  const { json, shard } = tfjsModel();
  writeFileSync(join(folder, 'weights.bin'), shard);
  writeFileSync(join(folder, 'model.json'), JSON.stringify(change(json)));
  return folder;
}

const withPaths = (...paths: unknown[]) => modelFolder((json) => ({ ...json, weightsManifest: [{ ...json.weightsManifest[0], paths }] }));
const withWeights = (change: (weight: { name: string; shape: number[]; dtype: string }) => object) =>
  modelFolder((json) => ({ ...json, weightsManifest: [{ paths: ['weights.bin'], weights: json.weightsManifest[0]?.weights.map(change) }] }));

test('the model these are made of converts', async () => {
  const folder = modelFolder();
  expect((await runCli(['convert', 'model.json', '-o', 'out'], { cwd: folder })).exitCode).toBe(0);
});

test.each([
  '../weights.bin',
  '../../../../etc/passwd',
  '/etc/passwd',
  './weights.bin',
  'sub/weights.bin',
  '..\\weights.bin',
  'C:\\weights.bin',
  'https://example.com/weights.bin',
  'file:///etc/passwd',
  '..',
  '.',
  '',
  'weights.bin\0.txt',
])('weights at %j', async (path) => {
  await expectRefusal(withPaths(path), ['convert', 'model.json', '-o', 'out'], { code: 'unsafe-file', names: ['model.json', 'weightsManifest'] });
});

test('weights that are a link, a folder or a pipe', async () => {
  const refusal: Refusal = { code: 'unsafe-file', names: ['model.json', 'other.bin'] };
  const link = withPaths('other.bin');
  symlinkSync('/etc/passwd', join(link, 'other.bin'));
  await expectRefusal(link, ['convert', 'model.json', '-o', 'out'], refusal);
  const folder = withPaths('other.bin');
  mkdirSync(join(folder, 'other.bin'));
  await expectRefusal(folder, ['convert', 'model.json', '-o', 'out'], refusal);
  const pipe = withPaths('other.bin');
  execFileSync('mkfifo', [join(pipe, 'other.bin')]);
  await expectRefusal(pipe, ['convert', 'model.json', '-o', 'out'], refusal);
});

const SHAPE_BOMB = (shape: number[]) => withWeights((weight) => (weight.name === 'hidden/kernel' ? { ...weight, shape } : weight));

test.each<[string, () => string, Refusal]>([
  ['a missing shard', () => withPaths('gone.bin'), { code: 'malformed-weights', names: ['gone.bin', 'model.json'] }],
  ['a shard cut short', cutShort, { code: 'malformed-weights', names: ['weights.bin', 'bytes'] }],
  ['a shape bomb', () => SHAPE_BOMB([2 ** 40, 3]), { code: 'malformed-weights', names: ['hidden/kernel'] }],
  ['a shape whose size is no number', () => SHAPE_BOMB([1e300, 1e300]), { code: 'malformed-config', names: ['hidden/kernel'] }],
  ['a shape below zero', () => SHAPE_BOMB([-4, -3]), { code: 'malformed-config', names: ['hidden/kernel'] }],
  ['paths that are numbers', () => withPaths(1, 2), { code: 'malformed-config', names: ['model.json'] }],
  [
    'an unknown dtype',
    () => withWeights((weight) => ({ ...weight, dtype: 'complex64' })),
    { code: 'unsupported', names: ['hidden/kernel', 'complex64'] },
  ],
  ['weights without names', () => withWeights(({ name: _, ...weight }) => weight), { code: 'malformed-config', names: ['model.json'] }],
  [
    'a manifest that is an object',
    () => modelFolder((json) => ({ ...json, weightsManifest: {} })),
    { code: 'malformed-config', names: ['model.json'] },
  ],
  [
    'a graph model',
    () => modelFolder(() => ({ format: 'graph-model', modelTopology: { node: [] }, weightsManifest: [] })),
    { code: 'unsupported', names: ['graph'] },
  ],
  ['no weights', () => modelFolder(({ modelTopology }) => ({ modelTopology })), { code: 'malformed-weights', names: ['model.json', 'hidden'] }],
  [
    'a Lambda',
    () =>
      modelFolder((json) => ({
        ...json,
        modelTopology: { ...json.modelTopology, model_config: JSON.parse(JSON.stringify(TINY_CONFIG).replace('"Dense"', '"Lambda"')) },
      })),
    { code: 'unsafe-lambda', names: ['hidden (Lambda)'] },
  ],
])('%s', async (_, folder, refusal) => {
  await expectRefusal(folder(), ['convert', 'model.json', '-o', 'out'], refusal);
});

test('weights without a topology say what they need', async () => {
  const folder = modelFolder(({ weightsManifest }) => ({ weightsManifest }));
  const error = await expectRefusal(folder, ['convert', 'model.json', '-o', 'out'], { code: 'weights-only', names: ['model.json'] });
  expect(error.remedy).toContain('--architecture');
});

function cutShort(): string {
  const folder = modelFolder();
  writeFileSync(join(folder, 'weights.bin'), tfjsModel().shard.subarray(1));
  return folder;
}
