import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FoundPipelineEvidence, ValidationEvidence } from '../../src/bundle/evidence/validation-evidence.ts';
import { readManifest } from '../../src/bundle/read-bundle.ts';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { PRESETS } from '../../src/preprocess/steps.ts';
import { expectRefusal } from '../support/expect-refusal.ts';
import { startModelServer } from '../support/model-server.ts';
import { PHOTO_CLASSES, writePhotoModel } from '../support/photo-model.ts';
import { torchTestPython } from '../support/python-environments.ts';
import { runCli } from '../support/run-cli.ts';
import { runPython } from '../support/run-python.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const here = join(packageRoot(), 'test', 'validate');
const scratch = scratchFolder('find-preprocess');
let server: Awaited<ReturnType<typeof startModelServer>>;

beforeAll(async () => {
  const python = await torchTestPython();
  await writePhotoModel(scratch.join('model.h5'));
  await convert(scratch.join('model.h5'), { output: scratch.join('bundle'), classes: PHOTO_CLASSES });
  await runPython(python, [join(here, 'make_photos.py'), scratch.join('photos')]);
  for (const service of ['opencv', 'pillow', 'blurred'])
    await runPython(python, [
      join(here, 'record_scores.py'),
      scratch.join('bundle/model.pt'),
      scratch.join('photos'),
      service,
      scratch.join(`${service}.jsonl`),
    ]);
  server = await startModelServer(scratch.join('model.h5'));
});
afterAll(() => server?.stop());

/** A search takes seconds; on a machine that others use too, minutes. */
const PATIENCE = { timeoutMs: 300_000 };
const run = (...args: readonly string[]) => runCli(['validate', ...args], { cwd: scratch.path, ...PATIENCE });
/** A bundle of its own, to be written into. */
function copyOf(name: string): string {
  cpSync(scratch.join('bundle'), scratch.join(name), { recursive: true });
  return name;
}
const preprocessOf = ({ stdout }: { readonly stdout: string }) => (JSON.parse(stdout) as ValidationEvidence).preprocess as FoundPipelineEvidence;

test('a service in OpenCV: its pipeline is named and written, and the bundle agrees with what was recorded from then on', async () => {
  const bundle = copyOf('opencv');
  const before = await run('--candidate', bundle, '--inputs', 'opencv.jsonl', '--json');
  expect((JSON.parse(before.stdout) as ValidationEvidence).maxScoreDifference).toBeGreaterThan(0.1);
  const { exitCode, stdout, stderr } = await run('--candidate', bundle, '--inputs', 'opencv.jsonl', '--find-preprocess', '--write', '--json');
  expect({ exitCode, stderr: stderr.slice(-1000) }).toMatchObject({ exitCode: 0 });
  const steps = [
    { step: 'decode', decoder: 'opencv' },
    { step: 'resize', kernel: 'bilinear', library: 'opencv', height: null, width: null },
    { step: 'channel-order', order: 'BGR' },
    { step: 'normalise', mean: [104, 117, 123], std: [1, 1, 1] },
  ];
  const found = preprocessOf({ stdout });
  expect(found).toMatchObject({ found: true, images: 19, telling: 19, preset: null, steps, runnerUp: { preset: null } });
  expect(found.distance).toBeLessThan(1e-6);
  expect(found.runnerUp?.distance).toBeGreaterThan(1e-4);
  // Pillow, told to turn photos, decodes these files as OpenCV does.
  expect(found.equivalent).toEqual([{ steps: [{ step: 'decode', decoder: 'pillow' }, { step: 'orient' }, ...steps.slice(1)], preset: null }]);

  const manifest = readManifest(scratch.join(bundle));
  expect(manifest.preprocess).toMatchObject({ assumed: false, steps });
  expect(readFileSync(scratch.join(bundle, 'preprocess.py'), 'utf8')).toContain('image = normalise(image, [104, 117, 123], [1, 1, 1])');
  const after = JSON.parse((await run('--candidate', bundle, '--inputs', 'opencv.jsonl', '--json')).stdout) as ValidationEvidence;
  expect(after).toMatchObject({ samples: 19, agreements: 19 });
  expect(after.preprocess).toBeUndefined();
  expect(after.maxScoreDifference).toBeLessThan(1e-5);
});

test('a service in Pillow that turns, crops and stores what it gets: told in words, with a share that only grows', async () => {
  const { exitCode, stdout, stderr } = await run('--candidate', 'bundle', '--inputs', 'pillow.jsonl', '--find-preprocess');
  expect({ exitCode, stderr: stderr.slice(-1000) }).toMatchObject({ exitCode: 0 });
  const pipeline =
    'found: decode (decoder pillow) → orient → crop → resize (kernel lanczos, library pillow) → re-encode (quality 85) → scale (divide 127.5, offset -1)';
  expect(stdout).toContain(pipeline);
  expect(stdout).toMatch(/off on 20 images/);
  expect(stdout).toMatch(/the next: .* off/);
  const shares = [...stderr.matchAll(/finding the pipeline: (\d+) %, tried (\d+) on 20 images/g)].map(([, share]) => Number(share));
  expect(shares.length).toBeGreaterThan(5);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  // Without --write the bundle stays as it was.
  expect(readManifest(scratch.join('bundle')).preprocess).toMatchObject({ assumed: true });
});

test('a blur that no pipeline has: none is found, and none is written', async () => {
  const bundle = copyOf('blurred');
  const { exitCode, stdout } = await run('--candidate', bundle, '--inputs', 'blurred.jsonl', '--find-preprocess', '--write');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('none reproduces the scores; the nearest is: ');
  expect(stdout).toMatch(/the next: .* off/);
  expect(readManifest(scratch.join(bundle)).preprocess).toMatchObject({ assumed: true, steps: PRESETS['0..1'] });
});

test('a served model that takes files is asked what it sees', async () => {
  const bundle = copyOf('served');
  copyFileSync(scratch.join('blurred.jsonl'), scratch.join('photos/notes.txt'));
  const flags = ['--candidate', bundle, '--images', 'photos', '--reference', `${server.origin}/v1/models/caffe`];
  const { exitCode, stdout, stderr } = await run(...flags, '--find-preprocess', '--write', '--json');
  expect({ exitCode, stderr: stderr.slice(-1000) }).toMatchObject({ exitCode: 0 });
  expect(stderr).toContain('asking the reference: 19 images of at most 24');
  const found = preprocessOf({ stdout });
  expect(found).toMatchObject({ found: true, images: 20, preset: 'caffe' });
  expect(found.distance).toBeLessThan(1e-5);
  expect(found.runnerUp?.distance).toBeGreaterThan(10 * (found.distance as number));
  expect(readManifest(scratch.join(bundle)).preprocess).toMatchObject({ assumed: false });
  const after = JSON.parse((await run(...flags, '--json')).stdout) as ValidationEvidence;
  expect(after).toMatchObject({ agreements: 20 });
  expect(after.maxScoreDifference).toBeLessThan(1e-5);
});

test('an image that no decoder takes, one whose score is no number and labels for scores: what there is left is looked at, and labels prove nothing', async () => {
  const lines = readFileSync(scratch.join('pillow.jsonl'), 'utf8').trim().split('\n');
  writeFileSync(scratch.join('cut.jpg'), readFileSync(scratch.join('photos/00.jpg')).subarray(0, -500));
  const broken = [
    lines[0]?.replace('photos/00.jpg', 'cut.jpg'),
    lines[1]?.replace(/\[[^,]+/, '[NaN'),
    ...lines.slice(2).map((line) => {
      const { image, scores } = JSON.parse(line) as { image: string; scores: readonly number[] };
      return JSON.stringify({ image, scores: scores.map((score) => (score === Math.max(...scores) ? 1 : 0)) });
    }),
  ];
  writeFileSync(scratch.join('labels.jsonl'), broken.join('\n'));
  const { exitCode, stdout } = await run('--candidate', 'bundle', '--inputs', 'labels.jsonl', '--find-preprocess', '--json');
  expect(exitCode).toBe(1);
  expect(preprocessOf({ stdout })).toMatchObject({ found: false, images: 18, telling: 0 });
});

test('without answers, without images, or in front of a model that takes none: refused before any framework starts', async () => {
  const refuse = (code: 'usage' | 'malformed-file' | 'file-not-found', names: readonly string[], ...args: readonly string[]) =>
    expectRefusal(scratch.path, ['validate', ...args, '--find-preprocess'], { code, names });
  writeFileSync(scratch.join('unanswered.jsonl'), '{"image": "photos/00.jpg"}');
  writeFileSync(scratch.join('gone.jsonl'), '{"image": "gone.jpg", "scores": [0.2, 0.2, 0.2, 0.2, 0.2]}');
  writeFileSync(scratch.join('empty.jsonl'), '');
  await writeKerasFile(scratch.join('numbers.h5'));
  await convert(scratch.join('numbers.h5'), { output: scratch.join('numbers') });
  await Promise.all([
    refuse('usage', ['nothing that the original answered'], '--candidate', 'bundle', '--images', 'photos'),
    refuse('malformed-file', ['line 1 has no "scores"'], '--candidate', 'bundle', '--inputs', 'unanswered.jsonl'),
    refuse('file-not-found', ['gone.jpg'], '--candidate', 'bundle', '--inputs', 'gone.jsonl'),
    refuse('usage', ['no recorded request'], '--candidate', 'bundle', '--inputs', 'empty.jsonl'),
    refuse('usage', ['no colour image'], '--candidate', 'numbers', '--inputs', 'empty.jsonl'),
  ]);
});

test('Ctrl-C in the middle of it leaves nothing', async () => {
  mkdirSync(scratch.join('tmp'));
  const before = scratch.tree();
  const { exitCode } = await runCli(['validate', '--candidate', 'bundle', '--inputs', 'blurred.jsonl', '--find-preprocess', '--write'], {
    cwd: scratch.path,
    env: { TMPDIR: scratch.join('tmp') },
    ...PATIENCE,
    onStderr: (text, kill) => {
      if (/finding the pipeline: [2-9]\d %/.test(text)) kill('SIGINT');
    },
  });
  expect(exitCode).toBe(130);
  expect(scratch.tree()).toEqual(before);
  expect(readdirSync(scratch.join('tmp'))).toEqual([]);
});
