import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { BenchmarkEvidence } from '../../src/bundle/evidence/benchmark-evidence.ts';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { ensureRuntime } from '../../src/engines/runtimes/ensure-runtime.ts';
import { onnxRuntimeFolder } from '../support/onnxruntime.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('benchmark');
const evidenceFile = () => scratch.join('moderation_model/evidence/benchmark.json');
const benchmark = (...args: readonly string[]) => runCli(['benchmark', ...args], { cwd: scratch.path });

beforeAll(async () => {
  await writeKerasFile(scratch.join('moderation_model.h5'));
  await convert(scratch.join('moderation_model.h5'), { output: scratch.join('moderation_model') });
});

test('benchmark.py, from any folder: PyTorch with TensorFlow beside it, every figure, kept in the bundle', async () => {
  const elsewhere = scratch.join('elsewhere');
  mkdirSync(elsewhere);
  const models = ['--model', '../moderation_model', '--reference', '../moderation_model.h5'];
  const flags = ['--framework', 'pytorch', '--batch-size', '4', '--iterations', '20', '--json', ...models];
  const output = execFileSync('python3', [join(packageRoot(), 'benchmark.py'), ...flags], {
    cwd: elsewhere,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const result = JSON.parse(output) as BenchmarkEvidence;
  expect(result).toMatchObject({
    schema: 1,
    batchSize: 4,
    iterations: 20,
    rounds: 8,
    precision: 'fp32',
    inputs: [[4, 4]],
    comparison: null,
  });
  // A machine that does other things too is told of.
  expect(result.warnings.filter((warning) => !warning.startsWith('other processes used'))).toEqual([]);
  const { pytorch, tensorflow } = result.frameworks;
  expect(pytorch).toMatchObject({ model: 'model.pt', precision: 'fp32', recordedAt: null, variants: {} });
  expect(tensorflow).toMatchObject({ model: 'moderation_model.h5', againstTensorflow: null, variants: { function: { p50Ms: expect.any(Number) } } });
  for (const figures of [pytorch, tensorflow]) {
    const { p50Ms = 0, p95Ms = 0, p99Ms = 0, throughput = 0, peakBytes, warmUpMs, cpuUtilisation, roundMediansMs } = figures ?? {};
    expect(p50Ms).toBeGreaterThan(0);
    expect([p95Ms >= p50Ms, p99Ms >= p95Ms]).toEqual([true, true]);
    expect(throughput).toBeGreaterThan(0);
    expect(peakBytes).toBeGreaterThan(5e7);
    expect(warmUpMs).toBeGreaterThan(100);
    expect(cpuUtilisation).toBeGreaterThan(0);
    expect(roundMediansMs).toHaveLength(8);
  }
  expect(pytorch?.againstTensorflow?.p50).toBeCloseTo((pytorch?.p50Ms ?? 0) / (tensorflow?.p50Ms ?? 1) - 1, 6);
  expect(JSON.parse(readFileSync(evidenceFile(), 'utf8'))).toEqual(result);
  expect(readdirSync(elsewhere)).toEqual([]);
});

test('without the original, the last run that had it is taken; a run that is slower than --compare allows ends with 1', async () => {
  const before = JSON.parse(readFileSync(evidenceFile(), 'utf8'));
  // More than any machine varies, however busy it is.
  before.frameworks.pytorch.p50Ms /= 1e9;
  writeFileSync(scratch.join('old.json'), JSON.stringify(before));
  // A folder of its own, where no moderation_model.h5 lies.
  mkdirSync(scratch.join('alone'));
  const args = ['benchmark', '--framework', 'pytorch', '--model', '../moderation_model', '--batch-size', '4', '--iterations', '20'];
  const { exitCode, stdout, stderr } = await runCli([...args, '--compare', '../old.json'], { cwd: scratch.join('alone') });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/PyTorch .*\n {2}p50 .* against TensorFlow\n {2}p95 .*\n {2}p99 .*\n {2}GPU utilisation +n\/a +n\/a against TensorFlow\n/);
  expect(stdout).toMatch(new RegExp(`TensorFlow .*recorded ${before.measuredAt}`));
  expect(stdout).toMatch(/against \.\.\/old\.json of .*: REGRESSION\n/);
  expect(stderr).toMatch(/measuring .*█.*left/);
  expect(JSON.parse(readFileSync(evidenceFile(), 'utf8'))).toMatchObject({
    frameworks: { tensorflow: { recordedAt: before.measuredAt } },
    comparison: { passed: false },
  });
});

test('ONNX Runtime, end to end; of another batch nothing is recorded, so the difference is n/a', async () => {
  const args = [
    'benchmark',
    '--framework',
    'onnxruntime',
    '--model',
    '../moderation_model',
    '--batch-size',
    '2',
    '--iterations',
    '5',
    '--end-to-end',
  ];
  const env = { TORCHLIFT_ONNXRUNTIME: await onnxRuntimeFolder() };
  const { exitCode, stdout } = await runCli(args, { cwd: scratch.join('alone'), env });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/ONNX Runtime \(onnxruntime 1\.30\.0, model\.onnx, float32, cpu\)\n {2}p50 +\S+ ms +n\/a against TensorFlow/);
  expect(stdout).toMatch(/end to end +p50 \S+ ms, p95 \S+ ms, p99 \S+ ms/);
  expect(stdout).toMatch(/TensorFlow: n\/a/);
});

test('no Python for TensorFlow: n/a with the reason beside another framework, exit code 7 where it was asked for', async () => {
  const { python } = await ensureRuntime('torch', () => {});
  const env = { PATH: '/nowhere', PYENV_ROOT: '/nowhere', TORCHLIFT_TORCH_PYTHON: python };
  const args = ['benchmark', '--batch-size', '3', '--iterations', '2', '--framework'];
  const beside = await runCli([...args, 'pytorch'], { cwd: scratch.path, env });
  expect({ exitCode: beside.exitCode, stdout: beside.stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/TensorFlow: n\/a(?:.|\n)*warning: TensorFlow wasn't measured: .*needs Python/),
  });
  const asked = await runCli([...args, 'tensorflow'], { cwd: scratch.path, env });
  expect({ exitCode: asked.exitCode, stderr: asked.stderr }).toEqual({
    exitCode: 7,
    stderr: expect.stringMatching(/3\.10, 3\.9(?:.|\n)*TORCHLIFT_TENSORFLOW_PYTHON/),
  });
});

test.each([
  ['a variant the bundle lacks', ['--framework', 'pytorch', '--precision', 'bf16'], 2, /has no model\.bf16\.pt.*\n.*--precision bf16 --force/],
  ['TensorFlow without the original', ['--framework', 'tensorflow', '--reference', 'none.h5'], 2, /none\.h5/],
  ['no bundle', ['--model', 'none'], 2, /none/],
  ['a batch of nothing', ['--batch-size', '0'], 2, /whole number/],
  ['an unknown framework', ['--framework', 'jax'], 2, /pytorch, tensorflow, onnxruntime, both/],
  ['an earlier run that is none', ['--compare', 'moderation_model/manifest.json'], 5, /no result of a benchmark/],
  ['an earlier run of another kind', ['--compare', 'old.json', '--batch-size', '5'], 2, /batchSize: 4, now 5/],
])('%s is refused before anything runs', async (_, args, code, message) => {
  const { exitCode, stderr } = await benchmark('--iterations', '3', ...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringMatching(message) });
  expect(stderr).not.toMatch(/measuring/);
});

test('Ctrl-C ends it with 130: the last result stays, nothing is half-written, no worker goes on', async () => {
  const before = readFileSync(evidenceFile(), 'utf8');
  const workers = () =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(join(packageRoot(), 'python')));
  const others = workers();
  const { exitCode } = await runCli(['benchmark', '--framework', 'pytorch', '--model', '../moderation_model', '--iterations', '2000000'], {
    cwd: scratch.join('alone'),
    onStderr: (text, kill) => {
      if (text.includes('measuring')) setTimeout(() => kill('SIGINT'), 300);
    },
  });
  expect(exitCode).toBe(130);
  expect(readFileSync(evidenceFile(), 'utf8')).toBe(before);
  expect(readdirSync(scratch.join('moderation_model/evidence'))).toEqual(['benchmark.json']);
  await expect.poll(() => workers().filter((line) => !others.includes(line)), { timeout: 5000 }).toEqual([]);
});
