import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { truncations } from '../../src/formats/files/testing/damage.ts';
import { expectRefusal, type Refusal } from '../support/expect-refusal.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('not-a-model');
const work = () => mkdtempSync(scratch.join('case-'));

let tiny: Buffer;
let bundle: string;
beforeAll(async () => {
  await writeKerasFile(scratch.join('tiny.h5'));
  tiny = readFileSync(scratch.join('tiny.h5'));
  const { exitCode, stderr } = await runCli(['convert', 'tiny.h5'], { cwd: scratch.path });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  bundle = scratch.join('tiny');
});

const KERAS_ARCHIVE = Buffer.from('PK\u0003\u0004\u0014\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\u000d\0\0\0metadata.json{}', 'latin1');

test.each<[string, string, string | Uint8Array, Refusal]>([
  ['an empty file', 'empty.h5', '', { code: 'not-a-model', names: ['empty.h5', 'empty'] }],
  ['text under the name of a model', 'notes.h5', 'moderation model, final version\n', { code: 'not-a-model', names: ['notes.h5'] }],
  ['bytes of nothing', 'noise.h5', new Uint8Array(5000).fill(0xa5), { code: 'not-a-model', names: ['noise.h5'] }],
  ['a model of zeros', 'zeros.h5', new Uint8Array(100_000), { code: 'not-a-model', names: ['zeros.h5'] }],
  ['a web page', 'download.h5', '<!DOCTYPE html><html><body>404</body></html>', { code: 'not-a-model', names: ['download.h5'] }],
  [
    'a Git LFS pointer',
    'model.h5',
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`,
    { code: 'not-a-model', names: ['model.h5'] },
  ],
  ['JSON that is no model', 'package.json', '{"name": "shop"}', { code: 'not-a-model', names: ['package.json', 'modelTopology'] }],
  ['JSON cut short', 'model.json', '{"modelTopology": {"class_name": ', { code: 'malformed-config', names: ['model.json', 'JSON'] }],
  ['a .keras archive', 'model.keras', KERAS_ARCHIVE, { code: 'unsupported', names: ['model.keras', '.keras'] }],
  ['a file with the letters of ONNX', 'model.onnx', 'this is no protobuf', { code: 'malformed-file', names: ['model.onnx'] }],
  ['an empty ONNX file', 'model.onnx', '', { code: 'not-a-model', names: ['model.onnx', 'empty'] }],
])('%s', async (_, name, content, refusal) => {
  const folder = work();
  writeFileSync(join(folder, name), content);
  await expectRefusal(folder, ['convert', name], refusal);
});

test.each(['convert', 'inspect'])('%s of a file that is not there, of a folder without a model, and of a device', async (command) => {
  const folder = work();
  await expectRefusal(folder, [command, 'gone.h5'], { code: 'file-not-found', names: ['gone.h5'] });
  await expectRefusal(folder, [command, 'gone/model.h5'], { code: 'file-not-found', names: ['gone/model.h5'] });
  mkdirSync(join(folder, 'photos'));
  await expectRefusal(folder, [command, 'photos'], { code: 'not-a-model', names: ['photos', 'folder'] });
  await expectRefusal(folder, [command, '/dev/null'], { code: 'not-a-model', names: ['null'] });
  await expectRefusal(folder, [command, '/dev/zero'], { code: 'not-a-model', names: ['zero'] });
});

test('a path through a file, and one longer than any file system takes', async () => {
  const folder = work();
  writeFileSync(join(folder, 'file.h5'), tiny);
  await expectRefusal(folder, ['convert', 'file.h5/inside.h5'], { code: 'file-not-found', names: ['file.h5/inside.h5'] });
  await expectRefusal(folder, ['convert', `${'a'.repeat(5000)}.h5`], { code: 'file-not-found', names: ['aaa'] });
});

test('what a conversion writes is not what it reads', async () => {
  for (const [file, names] of [
    ['model.pt', ['model.pt', 'PyTorch']],
    ['model.safetensors', ['model.safetensors', 'architecture']],
  ] as const) {
    const error = await expectRefusal(scratch.path, ['convert', join(bundle, file), '-o', 'again'], { code: 'unsupported', names });
    expect(error.remedy).toMatch(/inspect|model\.onnx/);
  }
});

test('an HDF5 file cut short anywhere', async () => {
  const folder = work();
  for (const bytes of truncations(tiny, 24)) {
    if (bytes.length === 0) continue;
    writeFileSync(join(folder, 'cut.h5'), bytes);
    await expectRefusal(folder, ['convert', 'cut.h5'], { code: bytes.length < 8 ? 'not-a-model' : 'malformed-file', names: ['cut.h5'] });
  }
});

test.each(['model.onnx', 'model.safetensors', 'model.pt'])('%s cut short anywhere is told by inspect', async (name) => {
  const folder = work();
  for (const bytes of truncations(readFileSync(join(bundle, name)), 8)) {
    if (bytes.length < 64) continue;
    writeFileSync(join(folder, name), bytes);
    await expectRefusal(folder, ['inspect', name], { code: 'malformed-file', names: [name] });
  }
});

test('model.onnx cut short is not converted', async () => {
  const folder = work();
  const whole = readFileSync(join(bundle, 'model.onnx'));
  for (const bytes of [...truncations(whole, 6), whole.subarray(0, whole.length - 1)]) {
    if (bytes.length === 0) continue;
    writeFileSync(join(folder, 'model.onnx'), bytes);
    await expectRefusal(folder, ['convert', 'model.onnx', '-o', 'out'], { code: 'malformed-file', names: ['model.onnx'] });
  }
});

test('a pipe is refused at once instead of being waited for', async () => {
  const folder = work();
  execFileSync('mkfifo', [join(folder, 'pipe.h5')]);
  await expectRefusal(folder, ['convert', 'pipe.h5'], { code: 'not-a-model', names: ['pipe.h5', 'pipe'] });
  for (const option of ['--policy', '--preprocess', '--architecture']) {
    await expectRefusal(folder, ['convert', join(scratch.path, 'tiny.h5'), option, 'pipe.h5'], {
      code: 'file-not-found',
      names: ['pipe.h5', 'pipe'],
    });
  }
});
