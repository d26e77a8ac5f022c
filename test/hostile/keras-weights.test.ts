import { copyFileSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/core/package-root.ts';
import { type H5Content, ramp, weightsContent, writeH5 } from '../../src/formats/hdf5/testing/write-h5.ts';
import { expectRefusal, type Refusal } from '../support/expect-refusal.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { kerasFile, TINY_CONFIG, TINY_WEIGHTS, type Weights } from '../support/tiny-model.ts';

const scratch = scratchFolder('keras-weights');
const work = () => mkdtempSync(scratch.join('case-'));

async function refuse(content: H5Content, refusal: Refusal, ...options: string[]) {
  const folder = work();
  writeFileSync(join(folder, 'model.h5'), await writeH5(content));
  return expectRefusal(folder, ['convert', 'model.h5', ...options], refusal);
}

const withHidden = (hidden: Weights[string]) => kerasFile(TINY_CONFIG, { ...TINY_WEIGHTS, hidden });
const { 'hidden/kernel:0': kernel, 'hidden/bias:0': bias } = TINY_WEIGHTS.hidden as Required<Weights>['hidden'];

test.each<[string, H5Content, string, readonly string[]]>([
  ['a missing weight', withHidden({ 'hidden/kernel:0': kernel } as Weights[string]), 'malformed-weights', ['hidden', 'bias']],
  ['no weights of a layer', withHidden({}), 'malformed-weights', ['hidden']],
  ['a misshapen weight', withHidden({ k: ramp(4, 5), b: ramp(3) }), 'malformed-weights', ['hidden', '[4, 5]', '[4, 3]']],
  ['a transposed weight', withHidden({ k: ramp(3, 4), b: ramp(3) }), 'malformed-weights', ['hidden', '[3, 4]', '[4, 3]']],
  ['a weight too many', withHidden({ k: ramp(4, 3), b: ramp(3), more: ramp(3) }), 'malformed-weights', ['hidden', 'more']],
  ['a layer too many', kerasFile(TINY_CONFIG, { ...TINY_WEIGHTS, surplus: { k: ramp(9) } }), 'malformed-weights', ['surplus']],
  ['a layer without its group', kerasFile(TINY_CONFIG, { x: {}, scores: TINY_WEIGHTS.scores as Weights[string] }), 'malformed-weights', ['hidden']],
  ['weights of whole numbers', withHidden({ k: { data: new Int32Array(12), shape: [4, 3] }, b: ramp(3) }), 'malformed-config', ['hidden', 'int32']],
  ['no weights at all', { attributes: { model_config: JSON.stringify(TINY_CONFIG) } }, 'malformed-weights', ['model.h5']],
  ['a weight in another file', withHidden({ k: { external: '/etc/passwd' }, b: bias } as Weights[string]), 'unsafe-file', ['hidden/k']],
  ['a weight behind a link out of the weights', withHidden({ k: { soft: '/elsewhere' }, b: bias } as Weights[string]), 'unsafe-file', ['hidden/k']],
  ['links in a circle', withHidden({ k: { soft: '/model_weights/hidden/k' }, b: bias } as Weights[string]), 'unsafe-file', ['hidden/k']],
])('%s', async (_, content, code, names) => {
  await refuse(content, { code: code as Refusal['code'], names: ['model.h5', ...names] });
});

test.each([
  ['external_storage.h5', 'unsafe-file'],
  ['virtual_dataset.h5', 'unsafe-file'],
  ['unknown_filter.h5', 'unsafe-file'],
  ['shape_bomb.h5', 'limit-exceeded'],
] as const)('%s', async (name, code) => {
  const folder = work();
  copyFileSync(join(packageRoot(), 'src/formats/hdf5/testing', name), join(folder, name));
  await expectRefusal(folder, ['convert', name], { code, names: [name, '/model_weights/a/k'] });
  await expectRefusal(folder, ['inspect', name], { code, names: [name, '/model_weights/a/k'] });
});

test('a layer wider than its file takes no memory', async () => {
  const config = JSON.parse(JSON.stringify(TINY_CONFIG).replace('"units":3', '"units":2000000000'));
  await refuse(kerasFile(config), { code: 'malformed-weights', names: ['hidden', '2000000000'] });
});

test('weights only: says what it needs, and works with it', async () => {
  const folder = work();
  writeFileSync(join(folder, 'weights.h5'), await writeH5(weightsContent(TINY_WEIGHTS)));
  const error = await expectRefusal(folder, ['convert', 'weights.h5'], { code: 'weights-only', names: ['weights.h5'] });
  expect(error.remedy).toContain('--architecture');

  const architecture = (content: string) => writeFileSync(join(folder, 'model.json'), content);
  const convert = ['convert', 'weights.h5', '--architecture', 'model.json'];
  await expectRefusal(folder, convert, { code: 'file-not-found', names: ['model.json'] });
  architecture('{"class_name": ');
  await expectRefusal(folder, convert, { code: 'malformed-config', names: ['model.json', 'JSON'] });
  architecture('[1, 2]');
  await expectRefusal(folder, convert, { code: 'malformed-config', names: ['model.json'] });
  architecture('['.repeat(100_000));
  await expectRefusal(folder, convert, { code: 'malformed-config', names: ['model.json', 'deep'] });
  architecture(JSON.stringify(TINY_CONFIG).replace('"units":3', '"units":5'));
  await expectRefusal(folder, convert, { code: 'malformed-weights', names: ['weights.h5', 'hidden', '[4, 3]', '[4, 5]'] });
  await expectRefusal(folder, ['convert', 'weights.h5', '--architecture', '.'], { code: 'file-not-found', names: ['folder'] });

  architecture(JSON.stringify({ ...TINY_CONFIG, keras_version: '2.10.0', backend: 'tensorflow' }));
  const { exitCode, stderr } = await runCli(convert, { cwd: folder });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  // The same weights with the same architecture in one file give the same model.
  writeFileSync(join(folder, 'whole.h5'), await writeH5(kerasFile()));
  expect((await runCli(['convert', 'whole.h5'], { cwd: folder })).exitCode).toBe(0);
  for (const file of ['model.safetensors', 'model.pt']) {
    expect(readFileSync(join(folder, 'weights', file)).equals(readFileSync(join(folder, 'whole', file))), file).toBe(true);
  }
});

test('a second architecture for a whole model wins, with a warning', async () => {
  const folder = work();
  writeFileSync(join(folder, 'model.h5'), await writeH5(kerasFile()));
  writeFileSync(join(folder, 'other.json'), JSON.stringify(TINY_CONFIG).replace('"softmax"', '"sigmoid"'));
  const { exitCode, stdout } = await runCli(['convert', 'model.h5', '--architecture', 'other.json', '--json'], { cwd: folder });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout).manifest.warnings).toContainEqual(expect.stringContaining('--architecture'));
  expect(readFileSync(join(folder, 'model', 'model.py'), 'utf8')).toContain('sigmoid');
});

test('a model reached through a symbolic link is a model', async () => {
  const folder = work();
  writeFileSync(join(folder, 'real.h5'), await writeH5(kerasFile()));
  symlinkSync('real.h5', join(folder, 'linked.h5'));
  expect((await runCli(['convert', 'linked.h5'], { cwd: folder })).exitCode).toBe(0);
  symlinkSync('circle.h5', join(folder, 'circle.h5'));
  await expectRefusal(folder, ['convert', 'circle.h5'], { code: 'file-not-found', names: ['circle.h5'] });
});
