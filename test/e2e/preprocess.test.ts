import { appendFileSync, copyFileSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { NpzFile } from '../../src/formats/npy/npz-file.ts';
import { expectRefusal } from '../support/expect-refusal.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { COLOURS, writeColourModel } from '../validate/colour-model.ts';

const scratch = scratchFolder('preprocess');
const SIZE = 8;

beforeAll(async () => {
  for (const name of ['cat.jpg', 'flower.png']) copyFileSync(join(packageRoot(), 'python', 'torchlift_worker', 'probes', name), scratch.join(name));
  await writeColourModel(scratch.join('model.h5'), { size: SIZE });
  await convert(scratch.join('model.h5'), { output: scratch.join('bundle'), classes: COLOURS, preprocess: 'nsfwjs' });
});

const run = (...args: readonly string[]) => runCli(['preprocess', ...args], { cwd: scratch.path });

/** The rows of `x`. */
function rowsOf(file: string): Float32Array {
  const npz = new NpzFile(scratch.join(file));
  try {
    const x = npz.array('x');
    expect(x).toMatchObject({ dtype: 'float32', shape: [2, SIZE, SIZE, 3] });
    return new Float32Array(new Uint8Array(x?.rows(0, 2) ?? []).buffer);
  } finally {
    npz.close();
  }
}

test('a bundle and the preset it was made with show the same; a list of steps does too', async () => {
  const images = ['cat.jpg', 'flower.png'];
  const { exitCode, stdout } = await run(...images, '--preprocess', 'bundle', '-o', 'bundle.npz', '--json');
  expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 0, schema: 1, shape: [2, SIZE, SIZE, 3], names: images, flags: [] });
  const { steps } = JSON.parse(readFileSync(scratch.join('bundle/manifest.json'), 'utf8')).preprocess;
  writeFileSync(scratch.join('steps.json'), JSON.stringify(steps));
  await run(...images, '--preprocess', 'nsfwjs', '--size', `${SIZE}x${SIZE}`, '-o', 'preset.npz');
  await run(...images, '--preprocess', 'steps.json', '--size', `${SIZE}x${SIZE}`, '-o', 'steps.npz');
  const rows = rowsOf('bundle.npz');
  expect(Math.max(...rows)).toBeLessThanOrEqual(1);
  expect(new Set(rows).size).toBeGreaterThan(100);
  expect(rowsOf('preset.npz')).toEqual(rows);
  expect(rowsOf('steps.npz')).toEqual(rows);
});

test("what can't be shown is refused, and leaves no file", async () => {
  writeFileSync(scratch.join('text.jpg'), 'no image');
  cpSync(scratch.join('bundle'), scratch.join('changed'), { recursive: true });
  appendFileSync(scratch.join('changed/preprocess.py'), '\n');
  cpSync(scratch.join('bundle'), scratch.join('elsewhere'), { recursive: true });
  const manifest = JSON.parse(readFileSync(scratch.join('bundle/manifest.json'), 'utf8'));
  const probes = { 'cat.jpg': 'f'.repeat(64) };
  writeFileSync(scratch.join('elsewhere/manifest.json'), JSON.stringify({ ...manifest, preprocess: { ...manifest.preprocess, probes } }));
  const refuse = (code: 'usage' | 'malformed-file' | 'file-not-found' | 'hash-mismatch' | 'probe-mismatch', names: string[], ...args: string[]) =>
    expectRefusal(scratch.path, ['preprocess', ...args, '-o', 'refused.npz'], { code, names });
  await refuse('usage', ['leaves the size to the model'], 'cat.jpg', '--preprocess', 'nsfwjs');
  await refuse('malformed-file', ['text.jpg'], 'cat.jpg', 'text.jpg', '--preprocess', 'bundle');
  await refuse('file-not-found', ['gone.jpg'], 'gone.jpg', '--preprocess', 'bundle');
  await refuse('hash-mismatch', ['preprocess.py'], 'cat.jpg', '--preprocess', 'changed');
  await refuse('probe-mismatch', ['cat.jpg'], 'cat.jpg', '--preprocess', 'elsewhere');
  expect(existsSync(scratch.join('refused.npz'))).toBe(false);
});
