import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Manifest } from '../../src/bundle/manifest.ts';
import { dense, functional, input } from '../../src/compiler/keras/testing/model-file.ts';
import { ramp } from '../../src/formats/hdf5/testing/write-h5.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('convert');
const work = () => mkdtempSync(scratch.join('case-'));
const FILES = ['manifest.json', 'model.onnx', 'model.pt', 'model.py', 'model.safetensors'];
const manifestOf = (bundle: string) => JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8')) as Manifest;

/** A Dense layer wide enough that writing its bundle takes a while: 8,192 × 4,096 float32 are 134 MB. */
const WIDE = { inputs: 8192, units: 4096 };

let tiny: string;
let wide: string;
beforeAll(async () => {
  tiny = scratch.join('tiny.h5');
  await writeKerasFile(tiny);
  wide = scratch.join('wide.h5');
  const layers = [input('x', [null, WIDE.inputs]), dense('scores', WIDE.units, {}, [['x', 0, 0]])];
  const config = functional('wide', layers, [['x', 0, 0]], [['scores', 0, 0]]);
  await writeKerasFile(wide, config, { x: {}, scores: { 'scores/kernel:0': ramp(WIDE.inputs, WIDE.units), 'scores/bias:0': ramp(WIDE.units) } });
}, 120_000);

test('the bundle takes the name of the file, in the current folder', async () => {
  const cwd = work();
  const { exitCode, stdout } = await runCli(['convert', tiny], { cwd });
  expect(exitCode).toBe(0);
  expect(readdirSync(cwd)).toEqual(['tiny']);
  expect(readdirSync(join(cwd, 'tiny')).sort()).toEqual(FILES);
  expect(stdout).toContain('model.safetensors');
});

test('two conversions give the same bytes', async () => {
  const cwd = work();
  for (const name of ['one', 'two']) expect((await runCli(['convert', tiny, '-o', name], { cwd })).exitCode).toBe(0);
  for (const file of FILES) expect(readFileSync(join(cwd, 'one', file)).equals(readFileSync(join(cwd, 'two', file))), file).toBe(true);
});

test('--json prints one object, and nothing else on standard output', async () => {
  const cwd = work();
  const { stdout } = await runCli(['convert', tiny, '--json', '--classes', 'safe,unsafe', '--preprocess', '-1..1'], { cwd });
  const { schema, bundle, manifest } = JSON.parse(stdout) as { schema: number; bundle: string; manifest: Manifest };
  expect(schema).toBe(1);
  expect(manifest).toEqual(manifestOf(bundle));
  expect(manifest.classes).toEqual(['safe', 'unsafe']);
  expect(manifest.preprocess.assumed).toBe(false);
  const failed = await runCli(['convert', 'none.h5', '--json'], { cwd });
  expect(failed.exitCode).toBe(2);
  expect(JSON.parse(failed.stdout)).toMatchObject({ schema: 1, error: { code: 'file-not-found', exitCode: 2 } });
});

test('an existing bundle is kept, and replaced with --force', async () => {
  const cwd = work();
  await runCli(['convert', tiny], { cwd });
  writeFileSync(join(cwd, 'tiny', 'note.txt'), 'mine');
  const refused = await runCli(['convert', tiny], { cwd });
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--force') });
  expect(readdirSync(join(cwd, 'tiny'))).toContain('note.txt');
  expect((await runCli(['convert', tiny, '--force', '--formats', 'onnx'], { cwd })).exitCode).toBe(0);
  expect(readdirSync(join(cwd, 'tiny')).sort()).toEqual(['manifest.json', 'model.onnx', 'note.txt']);
});

test('a folder that is no bundle is never replaced', async () => {
  const cwd = work();
  mkdirSync(join(cwd, 'thesis'));
  writeFileSync(join(cwd, 'thesis', 'chapter.txt'), 'mine');
  expect(await runCli(['convert', tiny, '-o', 'thesis', '--force'], { cwd })).toMatchObject({ exitCode: 2 });
  expect(readdirSync(join(cwd, 'thesis'))).toEqual(['chapter.txt']);
});

test('a weight that float16 can not hold is named, not made infinite', async () => {
  const cwd = work();
  const { exitCode, stderr } = await runCli(['convert', wide, '--precision', 'fp16'], { cwd });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('scores.weight') });
  expect(readdirSync(cwd)).toEqual([]);
});

test('variants come beside a float32 model.pt, at half its bytes', async () => {
  const cwd = work();
  await runCli(['convert', wide, '-o', 'bundle', '--formats', 'torchscript', '--precision', 'bf16'], { cwd });
  const { artefacts } = manifestOf(join(cwd, 'bundle'));
  expect(Object.keys(artefacts).sort()).toEqual(['model.bf16.pt', 'model.pt']);
  const ratio = (file: string) => (artefacts[file]?.sizeBytes ?? 0) / (artefacts['model.pt']?.sizeBytes ?? 1);
  expect(ratio('model.bf16.pt')).toBeCloseTo(0.5, 3);
});

test.each([
  ['an unknown option', ['--fast']],
  ['an unknown format', ['--formats', 'onnx,tflite']],
  ['an unknown precision', ['--precision', 'int3']],
  ['too few classes', ['--classes', 'only']],
  ['an unknown preset', ['--preprocess', 'imagenet']],
  ['a missing policy', ['--policy', 'none.json']],
])('%s ends with 2 and leaves nothing', async (_, flags) => {
  const cwd = work();
  const { exitCode, stderr } = await runCli(['convert', tiny, ...flags], { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(readdirSync(cwd)).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s leaves nothing behind, whenever it comes',
  async (signal) => {
    for (const line of ['reading', 'model.onnx', 'model.safetensors', 'model.pt']) {
      const cwd = work();
      const { exitCode } = await runCli(['convert', wide], {
        cwd,
        onStderr: (text, kill) => {
          if (text.includes(line)) kill(signal);
        },
      });
      expect(exitCode, line).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(readdirSync(cwd), line).toEqual([]);
    }
  },
  120_000,
);

test('every command shows an example', async () => {
  for (const command of [['inspect'], ['convert'], ['demo'], ['runtime', 'install']]) {
    const { exitCode, stdout } = await runCli([...command, '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`$ torchlift ${command.join(' ')}`);
  }
});

test('the programming interface does what the command does', async () => {
  const { convert, inspect, TorchliftError } = await import('torchlift');
  const { parameters } = await inspect(tiny);
  expect(parameters).toEqual({ total: 23, trainable: 23, nonTrainable: 0 });
  const output = join(work(), 'bundle');
  const { manifest } = await convert(tiny, { output });
  expect(manifest).toEqual(manifestOf(output));
  await expect(convert(tiny, { output })).rejects.toBeInstanceOf(TorchliftError);
});
