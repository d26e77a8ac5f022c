import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { ValidationEvidence } from '../../src/bundle/evidence/validation-evidence.ts';
import { FileSink } from '../../src/bundle/file-sink.ts';
import { convert } from '../../src/convert/convert.ts';
import { writeNpz } from '../../src/formats/npy/write-npz.ts';
import { validate } from '../../src/validate/validate.ts';
import { bmpOf } from '../support/bmp.ts';
import { expectRefusal } from '../support/expect-refusal.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { COLOURS, colourPng, writeColourImages, writeColourModel } from './colour-model.ts';

const scratch = scratchFolder('validate');
const IMAGES = 70;
const BAD = ['blue/cut.png', 'huge.bmp', 'link.png', 'notes.txt', 'red/empty.jpg'];

beforeAll(async () => {
  await writeColourModel(scratch.join('model.h5'));
  await convert(scratch.join('model.h5'), { output: scratch.join('bundle'), classes: COLOURS });
  const names = writeColourImages(scratch.join('images'), IMAGES);
  writeFileSync(scratch.join('images/notes.txt'), 'not an image');
  writeFileSync(scratch.join('images/red/empty.jpg'), '');
  writeFileSync(scratch.join('images/blue/cut.png'), colourPng(2, 999).subarray(0, -2));
  symlinkSync(scratch.join('gone.png'), scratch.join('images/link.png'));
  writeFileSync(scratch.join('images/huge.bmp'), bmpOf(30_000, 30_000, { bits: 24, pixels: new Uint8Array(6) }));
  // The folder says the truth, but for one image; one is named by its bare name, one not at all.
  const lines = names.slice(1).map((name, index) => `${index === 0 ? '1.png' : name},${index === 6 ? 'red' : name.split('/')[0]}`);
  writeFileSync(scratch.join('labels.csv'), ['image,label', ...lines].join('\n'));
  writeFileSync(scratch.join('mix.csv'), 'class,share\nred,0.9\ngreen,0.09\nblue,0.01\n');
  writeFileSync(scratch.join('policy.json'), '{"rules": {"red": "block", "green": {"review": 0.5}}}');
  mkdirSync(scratch.join('empty/.hidden'), { recursive: true });
  writeFileSync(scratch.join('empty/.hidden/a.png'), colourPng(0, 1));
  mkdirSync(scratch.join('bad'));
  for (const name of ['a.jpg', 'b.png']) writeFileSync(scratch.join('bad', name), 'not an image');
});

const flags = ['--candidate', 'bundle', '--reference', 'model.h5'];
const run = (...args: readonly string[]) => runCli(['validate', ...args], { cwd: scratch.path });

test('a folder with bad files, labels, a mix and a policy: all is counted, kept with its page; --strict fails for the skipped ones', async () => {
  const given = ['--images', 'images', '--labels', 'labels.csv', '--prevalence', 'mix.csv', '--policy', 'policy.json'];
  const { exitCode, stdout, stderr } = await run(...flags, ...given, '--min-agreement', '0.9', '--strict', '--json');
  expect({ exitCode, stderr: stderr.slice(-2000) }).toMatchObject({ exitCode: 1 });
  const evidence = JSON.parse(stdout) as ValidationEvidence;
  expect(evidence).toMatchObject({
    kind: 'validation',
    images: IMAGES,
    samples: IMAGES,
    agreements: IMAGES,
    agreement: 1,
    passed: false,
    verdict: 'certified',
    strict: true,
    policy: { rules: { red: 'block', green: { review: 0.5 } } },
    flips: [],
    flipsTotal: 0,
    nearCopies: { images: 0 },
    stage: 'tensors',
    undecided: { both: 0, reference: 0, candidate: 0 },
    reference: { engine: expect.stringMatching(/^tensorflow 2\./), model: 'model.h5', precision: 'fp32' },
    candidate: { engine: expect.stringMatching(/^torch 2\./), model: 'model.pt', precision: 'fp32' },
  });
  expect(evidence.maxScoreDifference).toBeLessThan(1e-5);
  expect(evidence.warnings.filter((line) => /isn't the file|probe/.test(line))).toEqual([]);
  expect(evidence.skipped).toEqual({
    total: BAD.length,
    files: expect.arrayContaining([
      { path: 'blue/cut.png', reason: 'truncated PNG' },
      { path: 'link.png', reason: "can't be read (ENOENT)" },
      { path: 'huge.bmp', reason: expect.stringMatching(/900000000 pixels|30000×30000 pixels/) },
      { path: 'notes.txt', reason: 'no image of these formats: JPEG, PNG, GIF, BMP' },
      { path: 'red/empty.jpg', reason: 'no image of these formats: JPEG, PNG, GIF, BMP' },
    ]),
  });
  expect(evidence.byClass.map(({ name, samples }) => [name, samples])).toEqual([
    ['red', 24],
    ['green', 23],
    ['blue', 23],
  ]);
  // One of 69 labels is wrong, on both sides.
  expect(evidence.accuracy).toMatchObject({ labelled: IMAGES - 1, reference: { right: IMAGES - 2 }, candidate: { right: IMAGES - 2 } });
  expect(evidence.production).toMatchObject({ flipsPerMillion: expect.anything() });
  expect(evidence.probes).toEqual({
    pipeline: expect.stringMatching(/^[0-9a-f]{64}$/),
    images: { 'boats.jpg': expect.any(String), 'cat.jpg': expect.any(String), 'flower.png': expect.any(String) },
  });
  expect(JSON.parse(readFileSync(scratch.join('bundle/evidence/validation.json'), 'utf8'))).toEqual(evidence);
  expect(readdirSync(scratch.join('bundle/evidence')).sort()).toEqual(['validation.html', 'validation.json']);
});

test('another reference than the source: a warning, its flips from block to allow by image, and too few samples say how many are needed', async () => {
  // Green counts for blue: what the candidate calls green, this one calls blue.
  await writeColourModel(scratch.join('other.h5'), {
    kernel: [
      [20, 0, 0],
      [0, 0, 20],
      [0, 20, 0],
    ],
  });
  writeFileSync(scratch.join('blue.json'), '{"rules": {"blue": "block"}}');
  const evidence = await validate({
    candidate: scratch.join('bundle'),
    reference: scratch.join('other.h5'),
    images: scratch.join('images'),
    samples: 30,
    policy: scratch.join('blue.json'),
    matchThresholds: true,
  });
  expect(evidence.warnings).toContainEqual(expect.stringMatching(/^other\.h5 isn't the file that the bundle was made from \(model\.h5\)/));
  expect(evidence).toMatchObject({ passed: false, verdict: 'refuted', images: evidence.samples });
  expect(evidence.samples + evidence.skipped.total).toBe(30);
  const dangerous = evidence.directions?.find(({ from, to }) => from === 'block' && to === 'allow');
  const green = evidence.flips.filter(({ path }) => path?.includes('/green/'));
  expect(green.length).toBeGreaterThan(3);
  expect(dangerous?.count).toBe(green.length);
  // The most dangerous first.
  expect(evidence.flips.slice(0, green.length).every(({ path }) => path?.includes('/green/'))).toBe(true);
  expect(evidence.flipsTotal).toBe(evidence.samples - evidence.agreements);
});

test('a machine that makes other pixels of a probe image than the first validation did is not ready, unless it is told to be', async () => {
  const path = scratch.join('bundle/manifest.json');
  const text = readFileSync(path, 'utf8');
  const manifest = JSON.parse(text);
  const kept = JSON.parse(readFileSync(scratch.join('bundle/evidence/validation.json'), 'utf8')) as ValidationEvidence;
  expect(manifest.preprocess.probes).toEqual(kept.probes?.images);
  cpSync(scratch.join('bundle'), scratch.join('elsewhere'), { recursive: true });
  const probes = { ...manifest.preprocess.probes, 'cat.jpg': 'f'.repeat(64) };
  writeFileSync(scratch.join('elsewhere/manifest.json'), JSON.stringify({ ...manifest, preprocess: { ...manifest.preprocess, probes } }));
  const names = ['other pixels of the probe images (cat.jpg)'];
  const args = ['--candidate', 'elsewhere', '--reference', 'model.h5', '--images', 'images'];
  await expectRefusal(scratch.path, ['validate', ...args], { code: 'probe-mismatch', names });
  const { exitCode, stdout } = await run(...args, '--allow-other-pixels', '--min-agreement', '0.9', '--json');
  expect(exitCode).toBe(0);
  expect((JSON.parse(stdout) as ValidationEvidence).warnings).toContainEqual(expect.stringContaining('(cat.jpg)'));
  // What was written first stays.
  expect(JSON.parse(readFileSync(scratch.join('elsewhere/manifest.json'), 'utf8')).preprocess.probes).toEqual(probes);
  // Another pipeline has nothing to do with them.
  await validate({ candidate: scratch.join('elsewhere'), reference: scratch.join('model.h5'), images: scratch.join('images'), preprocess: '-1..1' });
});

test('a reference of another input, or of other scores, is no reference', async () => {
  await writeColourModel(scratch.join('larger.h5'), { size: 16, kernel: [[1], [2], [3]] });
  await writeColourModel(scratch.join('four.h5'), {
    kernel: [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ],
  });
  const args = (reference: string) => ['validate', '--candidate', 'bundle', '--images', 'images', '--reference', reference];
  await Promise.all([
    expectRefusal(scratch.path, args('larger.h5'), { code: 'usage', names: ['float32 [N, 8, 8, 3]', /incompatible|expected shape/i] }),
    expectRefusal(scratch.path, args('four.h5'), { code: 'usage', names: ['the reference gives 4 scores, the candidate 3 scores'] }),
  ]);
});

/** Recorded requests of numbers: neither TensorFlow nor a decoder is needed. */
function record(name: string, count: number, scoresOf: (colour: number, index: number) => string): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const pixel = [0, 1, 2].map((channel) => (channel === index % 3 ? 0.6 : 0.1) + (index * (channel + 1)) / (40 * count));
    const inputs = Array.from({ length: 8 }, (_row, y) =>
      Array.from({ length: 8 }, (_pixel, x) => pixel.map((value) => value + ((x * y * index) % 7) / 40)),
    );
    return `{"inputs": ${JSON.stringify(inputs)}, "scores": ${scoresOf(index % 3, index)}}`;
  });
  writeFileSync(scratch.join(name), lines.join('\n'));
  return scratch.join(name);
}
const sure = (colour: number) => JSON.stringify([0, 1, 2].map((unit) => (unit === colour ? 0.98 : 0.01)));

test('a worker that is killed meanwhile costs one retry and no sample', async () => {
  const inputs = record('requests.jsonl', 100, sure);
  let killed = 0;
  const evidence = await validate({
    candidate: scratch.join('bundle'),
    inputs,
    minAgreement: 0.9,
    onProgress: (done) => {
      if (done < 32 || killed > 0) return;
      const [worker] = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'torchlift_worker.*--engine torch'], { encoding: 'utf8' }).split('\n');
      killed = Number(worker);
      process.kill(killed, 'SIGKILL');
    },
  });
  expect(killed).toBeGreaterThan(0);
  expect(evidence).toMatchObject({ images: 100, agreements: evidence.samples, reference: { engine: 'recorded scores' } });
  expect(evidence.probes).toBeUndefined();
  expect(evidence.samples + evidence.nearCopies.images).toBe(100);
  expect(evidence.warnings.filter((line) => line.includes('a worker was replaced'))).toEqual([expect.stringMatching(/SIGKILL/)]);
});

test('scores that are no numbers agree with nothing, and too few samples are a failed gate with the number needed', async () => {
  record('nan.jsonl', 40, (colour, index) => (index === 7 ? '[NaN, 0.5, 0.5]' : sure(colour)));
  const { exitCode, stdout } = await run('--candidate', 'bundle', '--inputs', 'nan.jsonl', '--json');
  const evidence = JSON.parse(stdout) as ValidationEvidence;
  expect(exitCode).toBe(1);
  expect(evidence).toMatchObject({ undecided: { reference: 1, candidate: 0 }, passed: false });
  expect(evidence.nonFinite).toMatchObject({ reference: { nan: 1 } });
  expect(evidence.agreements).toBe(evidence.samples - 1);
  expect(evidence.flips[0]?.reference.scores.flat()).toContain('NaN');

  record('few.jsonl', 12, sure);
  const few = await run('--candidate', 'bundle', '--inputs', 'few.jsonl');
  expect(few.exitCode).toBe(1);
  const needed = (JSON.parse(readFileSync(scratch.join('bundle/evidence/validation.json'), 'utf8')) as ValidationEvidence).needed?.atCount ?? 0;
  expect(needed).toBeGreaterThan(300);
  expect(few.stdout).toContain(String(needed));
  expect(few.stdout).toContain('NOT ENOUGH SAMPLES');
});

/** Rows [8, 8, 3], every value up to `limit`, in an array of each name. */
function npz(file: string, rows: number, limit: number, names: readonly string[]): void {
  const sink = new FileSink(scratch.join(file));
  const values = Float32Array.from({ length: rows * 8 * 8 * 3 }, (_, index) => ((index * 7919) % 1000) * (limit / 1000));
  writeNpz(
    sink,
    names.map((name) => ({ name, dtype: 'float32', shape: [rows, 8, 8, 3], data: new Uint8Array(values.buffer) })),
  );
  sink.finish();
}

test('thresholds that keep the rates are written into the policy they were found for, and it says so', async () => {
  cpSync(scratch.join('bundle'), scratch.join('written'), { recursive: true });
  // What the candidate calls 0.98 green was recorded as 0.45: the threshold moves.
  const inputs = record('shifted.jsonl', 90, (colour) => (colour === 1 ? '[0.5, 0.45, 0.05]' : sure(colour)));
  const given = ['--candidate', 'written', '--inputs', inputs, '--policy', 'policy.json', '--match-thresholds'];
  const before = readFileSync(scratch.join('written/manifest.json'), 'utf8');
  expect((await run(...given)).stdout).not.toContain('written  ');
  expect(JSON.parse(readFileSync(scratch.join('written/manifest.json'), 'utf8')).policy).toEqual(JSON.parse(before).policy);
  const { stdout } = await run(...given, '--write');
  const { policy } = JSON.parse(readFileSync(scratch.join('written/manifest.json'), 'utf8'));
  expect(stdout).toMatch(/written {7}the policy, with green review 0\.\d+\n/);
  expect(policy.rules.red).toBe('block');
  expect(policy.rules.green.review).toBeGreaterThan(0.5);
  expect(readdirSync(scratch.join('written')).sort()).toEqual(readdirSync(scratch.join('bundle')).sort());
});

test('rows of a .npz: arrays that the model has no inputs for, and values far outside of the range, are told', async () => {
  npz('rows.npz', 6, 255, ['x', 'extra']);
  const evidence = await validate({ candidate: scratch.join('bundle'), reference: scratch.join('model.h5'), inputs: scratch.join('rows.npz') });
  expect(evidence).toMatchObject({ images: 6, samples: 6, nearCopies: { images: 0 } });
  expect(evidence.warnings).toContainEqual(expect.stringContaining('no inputs extra'));
  expect(evidence.warnings).toContainEqual(expect.stringMatching(/^6 inputs lie outside of the range that the pipeline gives \(0 to 1\)/));
});

test('a head of one sigmoid is decided at one half, and its classes get labels', async () => {
  await writeColourModel(scratch.join('sigmoid.h5'), { kernel: [[9], [-9], [0]], activation: 'sigmoid' });
  await convert(scratch.join('sigmoid.h5'), { output: scratch.join('sigmoid'), classes: ['safe', 'unsafe'] });
  // Recorded on the other side of one half for every tenth.
  const inputs = record('sigmoid.jsonl', 60, (colour, index) =>
    index % 10 === 0 ? '[0.49]' : colour === 0 ? '[0.99]' : colour === 1 ? '[0.01]' : '[0.2]',
  );
  const evidence = await validate({ candidate: scratch.join('sigmoid'), inputs });
  expect(evidence.heads).toMatchObject([{ kind: 'sigmoid', classes: ['safe', 'unsafe'] }]);
  const decided = new Set(evidence.flips.map(({ reference, candidate }) => `${reference.label} ${candidate.label}`));
  expect(decided.size).toBeGreaterThan(0);
  for (const pair of decided) expect(['safe unsafe', 'unsafe safe']).toContain(pair);
  expect(evidence.agreements).toBeLessThan(evidence.samples);
});

test('recorded images, more than one batch: a label of any of them is known, and one of none is an error', async () => {
  const names = readdirSync(scratch.join('images/red')).filter((name) => /^\d/.test(name));
  const green = readdirSync(scratch.join('images/green'));
  const all = [...names.map((name) => `images/red/${name}`), ...green.map((name) => `images/green/${name}`)];
  const lines = all.map((image) => `{"image": "${image}", "scores": ${sure(image.includes('red') ? 0 : 1)}}`);
  writeFileSync(scratch.join('recorded.jsonl'), lines.join('\n'));
  writeFileSync(scratch.join('last.csv'), `image,label\n${all.at(-1)},green\n`);
  const options = { candidate: scratch.join('bundle'), inputs: scratch.join('recorded.jsonl'), minAgreement: 0.9 };
  const evidence = await validate({ ...options, labels: scratch.join('last.csv') });
  expect(evidence).toMatchObject({ images: all.length, accuracy: { labelled: 1, reference: { right: 1 } } });
  expect(all.length).toBeGreaterThan(32);
});

test('what is wrong before any model runs: told at once, by its exit code', async () => {
  const refuse = (
    code: 'usage' | 'file-not-found' | 'malformed-file' | 'hash-mismatch' | 'not-a-model',
    names: readonly (string | RegExp)[],
    ...args: readonly string[]
  ) => expectRefusal(scratch.path, ['validate', ...args], { code, names });
  cpSync(scratch.join('bundle'), scratch.join('changed'), { recursive: true });
  appendFileSync(scratch.join('changed/model.pt'), 'x');
  cpSync(scratch.join('bundle'), scratch.join('changed2'), { recursive: true });
  appendFileSync(scratch.join('changed2/preprocess.py'), '\n');
  writeFileSync(scratch.join('pixels.json'), '{"rules": {"pink": "block"}}');
  writeFileSync(scratch.join('red.json'), '{"rules": {"red": "block"}}');
  npz('nothing.npz', 0, 1, ['x']);
  await Promise.all([
    refuse('usage', ['has no images', 'empty'], ...flags, '--images', 'empty'),
    refuse('file-not-found', ['no such folder'], ...flags, '--images', 'gone'),
    refuse('usage', ['bf16'], ...flags, '--images', 'images', '--precision', 'bf16'),
    refuse('hash-mismatch', ['model.pt'], '--candidate', 'changed', '--reference', 'model.h5', '--images', 'images'),
    refuse('hash-mismatch', ['preprocess.py'], '--candidate', 'changed2', '--reference', 'model.h5', '--images', 'images'),
    refuse('malformed-file', ['pink', 'red, green, blue'], ...flags, '--images', 'images', '--policy', 'pixels.json'),
    refuse('usage', ['images or inputs'], ...flags, '--images', 'images', '--inputs', 'requests.jsonl'),
    refuse('file-not-found', ['gone.h5'], '--candidate', 'bundle', '--reference', 'gone.h5'),
    refuse('not-a-model', ['policy.json'], '--candidate', 'bundle', '--reference', 'policy.json'),
    refuse('not-a-model', ['images'], '--candidate', 'bundle', '--reference', 'images'),
    refuse('usage', ['nothing to write', '--write'], ...flags, '--images', 'images', '--write'),
    refuse('usage', ['no thresholds to write', 'the bundle has no policy'], ...flags, '--match-thresholds', '--write'),
    refuse('usage', ['decides by class alone'], ...flags, '--match-thresholds', '--write', '--policy', 'red.json'),
    refuse('usage', ['no true classes'], ...flags, '--labels', 'labels.csv'),
    refuse('usage', ['has no rows'], ...flags, '--inputs', 'nothing.npz'),
  ]);
});

test('only files that are no images, labels of other images, a pipeline of another size', async () => {
  writeFileSync(scratch.join('bad.jsonl'), ['a.jpg', 'b.png', 'c.png'].map((name) => `{"image": "bad/${name}", "scores": ${sure(0)}}`).join('\n'));
  writeFileSync(scratch.join('missing.csv'), 'image,label\nimages/red/0.png,red\ngone.png,red\n');
  writeFileSync(scratch.join('steps.json'), '[{"step": "decode", "decoder": "pillow"}, {"step": "crop", "height": 5, "width": 4}]');
  const refusal = (inputs: string, options: object) =>
    validate({ candidate: scratch.join('bundle'), inputs: scratch.join(inputs), ...options }).catch((error: unknown) => error);
  const [bad, missing, size] = await Promise.all([
    refusal('bad.jsonl', {}),
    refusal('recorded.jsonl', { labels: scratch.join('missing.csv') }),
    refusal('recorded.jsonl', { preprocess: scratch.join('steps.json') }),
  ]);
  expect(bad).toMatchObject({ code: 'usage', what: expect.stringMatching(/3 files skipped/) });
  expect(String(bad)).toMatch(/c\.png: can't be read \(ENOENT\)/);
  expect(missing).toMatchObject({ code: 'file-not-found', details: ['line 3: gone.png'] });
  expect(size).toMatchObject({ code: 'usage', what: expect.stringContaining('[1, 5, 4, 3]') });
});

test('Ctrl-C leaves nothing half-written, and no worker', async () => {
  const tmp = scratch.join('tmp');
  mkdirSync(tmp);
  const before = scratch.tree();
  record('long.jsonl', 3000, sure);
  const { exitCode } = await runCli(['validate', '--candidate', 'bundle', '--inputs', 'long.jsonl'], {
    cwd: scratch.path,
    env: { TMPDIR: tmp },
    onStderr: (text, kill) => {
      if (/\d+ of \d+ agree/.test(text)) kill('SIGINT');
    },
  });
  expect(exitCode).toBe(130);
  expect(scratch.tree()).toEqual([...before, 'long.jsonl'].sort());
  expect(readdirSync(tmp)).toEqual([]);
});
