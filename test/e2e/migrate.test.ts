import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { dense, functional, input, layer } from '../../src/compiler/keras/testing/model-file.ts';
import { ramp } from '../../src/formats/hdf5/testing/write-h5.ts';
import { pngOf } from '../support/png.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('migrate');
const MODEL = 'moderation_model.h5';
const FLAGS = ['--images', 'photos', '--classes', 'safe,unsafe', '--preprocess', '0..1', '--batch-size', '2', '--iterations', '8'];
const STEPS = ['convert', 'validate fp32', 'benchmark fp32', 'report'];

/** A picture of 4×4 in front of two scores. */
const CONFIG = functional(
  'tiny',
  [input('x', [null, 4, 4, 3]), layer('Flatten', 'flat', {}, [['x', 0, 0]]), dense('scores', 2, { activation: 'softmax' }, [['flat', 0, 0]])],
  [['x', 0, 0]],
  [['scores', 0, 0]],
);

beforeAll(async () => {
  await writeKerasFile(scratch.join(MODEL), CONFIG, { scores: { 'scores/kernel:0': ramp(48, 2), 'scores/bias:0': ramp(2) } });
  mkdirSync(scratch.join('photos'));
  for (let index = 0; index < 12; index++) {
    const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => (Math.imul(at + 1, 2654435761 + 97 * index) >>> (index % 5)) & 255);
    writeFileSync(scratch.join('photos', `${index}.png`), pngOf(8, 8, pixels));
  }
});

/** The command in the folder of the test; which of its steps ran, and which had been done. */
async function migrate(more: readonly string[] = [], killAt?: string) {
  const { stderr, ...result } = await runCli(['migrate', MODEL, '-o', 'out', ...FLAGS, ...more], {
    cwd: scratch.path,
    ...(killAt !== undefined && {
      onStderr: (text: string, kill: (signal: NodeJS.Signals) => void) => void (text.includes(killAt) && kill('SIGKILL')),
    }),
  });
  const steps = (words: string) => STEPS.filter((step) => stderr.includes(`${step}: ${words}\n`));
  return { ...result, stderr, ran: steps('begins'), skipped: steps('was done already') };
}

const kept = (file: string) => JSON.parse(readFileSync(scratch.join('out/evidence', file), 'utf8'));

test('killed in the middle, it goes on where it was; what is finished is repeated only where its inputs changed', async () => {
  const killed = await migrate([], 'benchmark fp32: starting tensorflow');
  expect({ signal: killed.signal, ran: killed.ran }).toEqual({ signal: 'SIGKILL', ran: ['convert', 'validate fp32', 'benchmark fp32'] });
  expect(existsSync(scratch.join('out/report.html'))).toBe(false);
  const validated = kept('validation-fp32.json');
  expect(validated).toMatchObject({ samples: 12, agreements: 12 });

  // As if a kill had come between the bundle's rename and the note of it: the bundle is its own, and equal inputs give an equal one.
  const record = JSON.parse(readFileSync(scratch.join('out/migration.json'), 'utf8'));
  expect(record.steps).toMatchObject({ convert: { finished: expect.any(String) }, 'benchmark fp32': { finished: null } });
  record.steps.convert.finished = null;
  writeFileSync(scratch.join('out/migration.json'), JSON.stringify(record));

  const second = await migrate();
  expect({ ran: second.ran, skipped: second.skipped }).toEqual({ ran: ['convert', 'benchmark fp32', 'report'], skipped: ['validate fp32'] });
  expect(kept('validation-fp32.json')).toEqual(validated);
  // A dozen images agree, and certify nothing.
  expect(second.exitCode).toBe(1);
  expect(second.stdout).toMatch(/NOT ENOUGH SAMPLES\n.*12 of 12 samples agree.*✗ Agreement certified at 99 %.*✓ model\.pt runs no Python/s);
  expect(second.stdout).toMatch(/the bundle {4}out\/moderation_model\n {2}the report {4}out\/report\.html\n$/);
  expect(readFileSync(scratch.join('out/report.html'), 'utf8')).toContain('12 of 12 samples as the original does');
  expect(readdirSync(scratch.join('out')).sort()).toEqual(['evidence', 'migration.json', 'moderation_model', 'report.html']);
  expect(readdirSync(scratch.join('out/moderation_model/evidence')).sort()).toEqual(['benchmark.json', 'validation.html', 'validation.json']);

  const third = await migrate(['--json']);
  expect({ ran: third.ran, skipped: third.skipped }).toEqual({ ran: [], skipped: STEPS });
  expect(JSON.parse(third.stdout)).toMatchObject({
    schema: 1,
    kind: 'migration',
    passed: false,
    steps: STEPS.map((step) => ({ step, seconds: null })),
    runs: [{ precision: 'fp32', validation: { samples: 12 }, benchmark: { iterations: 8, frameworks: { tensorflow: {} } } }],
  });

  utimesSync(scratch.join('photos/3.png'), new Date(), new Date(0));
  const touched = await migrate(['--min-agreement', '0.5']);
  expect({ ran: touched.ran, skipped: touched.skipped }).toEqual({ ran: ['validate fp32', 'report'], skipped: ['convert', 'benchmark fp32'] });
  expect({ exitCode: touched.exitCode, stdout: touched.stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringContaining('✓ Agreement certified at 50 %'),
  });
});

test('two migrations into one folder: the second is refused while the first works', async () => {
  let second: Promise<Awaited<ReturnType<typeof migrate>>> | undefined;
  const first = await runCli(['migrate', MODEL, '-o', 'shared', ...FLAGS], {
    cwd: scratch.path,
    onStderr: (text, kill) => {
      if (second !== undefined || !text.includes('validate fp32: starting')) return;
      second = runCli(['migrate', MODEL, '-o', './shared/', ...FLAGS], { cwd: scratch.path }).then((result) => {
        kill('SIGINT');
        return { ...result, ran: [], skipped: [] };
      });
    },
  });
  expect(await second).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('another migration works in this folder') });
  expect(first.exitCode).toBe(130);
});

test('evidence that a disk damaged is made again', async () => {
  cpSync(scratch.join('out'), scratch.join('damaged'), { recursive: true });
  writeFileSync(scratch.join('damaged/evidence/validation-fp32.json'), '{"schema": 1, "kin');
  const { stderr } = await runCli(['migrate', MODEL, '-o', 'damaged', ...FLAGS], { cwd: scratch.path });
  expect(stderr).toContain('validate fp32: begins');
  expect(stderr).toContain('benchmark fp32: was done already');
  expect(readFileSync(scratch.join('damaged/evidence/validation-fp32.json'), 'utf8')).toContain('"samples": 12');
});

test.each(['model.pt', 'model.onnx', 'preprocess.py'])('%s that was changed since is refused, not passed over', async (name) => {
  const folder = `changed-${name}`;
  cpSync(scratch.join('out'), scratch.join(folder), { recursive: true });
  const file = scratch.join(folder, 'moderation_model', name);
  writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.of(0)]));
  const { exitCode, stderr } = await runCli(['migrate', MODEL, '-o', folder, ...FLAGS], { cwd: scratch.path });
  expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: expect.stringContaining("isn't the file that was converted") });
});

test.each([
  ['a bundle of another origin', ['-o', 'foreign'], 2, /foreign\/moderation_model: already exists/],
  ['a folder of images that is missing', ['-o', 'new', '--images', 'none'], 2, /none: there is no such folder/],
  ['an empty folder of images', ['-o', 'new', '--images', 'empty'], 2, /has no images/],
  ['a model that TensorFlow has not', ['-o', 'new', 'foreign/moderation_model/model.onnx'], 5, /isn't a Keras \.h5/],
  ['an unknown precision', ['-o', 'new', '--precision', 'int4'], 2, /none of fp32, autocast, bf16, fp16/],
])('%s is refused before anything is made', async (_, args, code, message) => {
  mkdirSync(scratch.join('empty'), { recursive: true });
  if (!existsSync(scratch.join('foreign')))
    cpSync(scratch.join('out/moderation_model'), scratch.join('foreign/moderation_model'), { recursive: true });
  const model = args.some((word) => word.endsWith('.onnx')) ? [] : [MODEL];
  const { exitCode, stderr } = await runCli(['migrate', ...model, ...args], { cwd: scratch.path });
  expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringMatching(message) });
  expect(existsSync(scratch.join('new'))).toBe(false);
});
