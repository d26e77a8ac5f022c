import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BenchmarkEvidence, Framework, FrameworkFigures } from '../bundle/evidence/benchmark-evidence.ts';
import { assertComparable, compareBenchmarks, readBenchmark } from './compare-benchmarks.ts';

/** Rounds that go up and down by `wobble` around `ms`, as a busy machine makes them. */
function figures(ms: number, wobble = 0.01): FrameworkFigures {
  const latency = { p50Ms: ms, p95Ms: ms, p99Ms: ms, throughput: 1 };
  return {
    ...latency,
    gpuUtilisation: null,
    cpuUtilisation: null,
    peakBytes: null,
    gpuPeakBytes: null,
    warmUpMs: 0,
    endToEnd: null,
    roundMediansMs: Array.from({ length: 12 }, (_, round) => ms * (1 + wobble * Math.sin(round * 2))),
    description: '',
    device: 'cpu',
    model: 'model.pt',
    modelBytes: 0,
    precision: 'fp32',
    variants: {},
    againstTensorflow: null,
    recordedAt: null,
  };
}

function run(frameworks: BenchmarkEvidence['frameworks'], more: Partial<BenchmarkEvidence> = {}): BenchmarkEvidence {
  return {
    schema: 1,
    version: '0',
    measuredAt: 'then',
    machine: { processor: 'P', cores: 2, memoryBytes: 1, system: 's', node: 'n' },
    batchSize: 32,
    iterations: 100,
    rounds: 12,
    precision: 'fp32',
    device: 'auto',
    endToEnd: false,
    inputs: [[32, 4]],
    frameworks,
    warnings: [],
    comparison: null,
    ...more,
  };
}

const compare = (before: BenchmarkEvidence['frameworks'], now: BenchmarkEvidence['frameworks'], asked: readonly Framework[] = ['pytorch']) =>
  compareBenchmarks('old.json', run(before), run(now), asked);

test('slower beyond the noise is a regression; within it, or faster, is none', () => {
  expect(compare({ pytorch: figures(100) }, { pytorch: figures(112) })).toMatchObject({
    passed: false,
    drift: null,
    frameworks: [{ change: expect.closeTo(0.12), yardstick: 'time', regressed: true }],
  });
  expect(compare({ pytorch: figures(100) }, { pytorch: figures(102.5) }).passed).toBe(true);
  expect(compare({ pytorch: figures(100) }, { pytorch: figures(10) }).passed).toBe(true);
  // The same 12 % on a machine that goes up and down by a tenth.
  expect(compare({ pytorch: figures(100, 0.1) }, { pytorch: figures(112, 0.1) }).passed).toBe(true);
  // No noise at all: two runs of the same still differ by a per cent or two.
  expect(compare({ pytorch: figures(100, 0) }, { pytorch: figures(101.5, 0) }).passed).toBe(true);
  expect(compare({ pytorch: figures(100, 0) }, { pytorch: figures(103, 0) }).passed).toBe(false);
});

test('TensorFlow is the yardstick where both runs have it: a machine that is busier today is no regression', () => {
  const before = { pytorch: figures(100), tensorflow: figures(200) };
  expect(compare(before, { pytorch: figures(150), tensorflow: figures(300) })).toMatchObject({
    passed: true,
    drift: expect.closeTo(0.5),
    frameworks: [{ framework: 'pytorch', change: expect.closeTo(0), yardstick: 'TensorFlow' }],
  });
  // Hidden by a machine that is faster today.
  expect(compare(before, { pytorch: figures(100), tensorflow: figures(160) }).passed).toBe(false);
  // Shared noise cancels out, round by round.
  const noisy = { pytorch: figures(100, 0.3), tensorflow: figures(200, 0.3) };
  expect(compare(noisy, { pytorch: figures(110, 0.3), tensorflow: figures(200, 0.3) }).passed).toBe(false);
  // Ten times slower altogether can't be judged, and is no pass.
  expect(compare(before, { pytorch: figures(1000), tensorflow: figures(2000) })).toMatchObject({ passed: false, frameworks: [{ regressed: false }] });
});

test('TensorFlow alone is judged by time; figures of an earlier run are no yardstick', () => {
  expect(compare({ tensorflow: figures(100) }, { tensorflow: figures(150) }, ['tensorflow']).passed).toBe(false);
  const recorded = { ...figures(100), recordedAt: 'earlier' };
  const result = compare({ pytorch: figures(100), tensorflow: figures(200) }, { pytorch: figures(150), tensorflow: recorded });
  expect(result).toMatchObject({ passed: false, drift: null, frameworks: [{ yardstick: 'time' }] });
});

test('a figure that is no number is no pass; nothing in common is an error', () => {
  expect(compare({ pytorch: figures(Number.NaN) }, { pytorch: figures(1) }).passed).toBe(false);
  expect(() => compare({ onnxruntime: figures(1) }, { pytorch: figures(1) })).toThrow(expect.objectContaining({ code: 'usage' }));
});

test('runs that differ in what was measured, or where, are refused by name', () => {
  const now = run({});
  const refusal = (before: Partial<BenchmarkEvidence>) => {
    try {
      assertComparable('old.json', run({}, before), now);
      return 'comparable';
    } catch (error) {
      expect(error).toMatchObject({ code: 'usage' });
      return String(error);
    }
  };
  expect(refusal({})).toBe('comparable');
  expect(refusal({ machine: { ...now.machine, processor: 'Q' } })).toMatch(/processor: Q, now P/);
  expect(refusal({ batchSize: 1, endToEnd: true })).toMatch(/batchSize: 1, now 32\n.*endToEnd: true, now false/);
  expect(refusal({ inputs: [[32, 5]] })).toMatch(/inputs/);
  expect(() => compare({ pytorch: { ...figures(1), device: 'cuda (A)' } }, { pytorch: figures(1) })).toThrow(/runs on: cuda \(A\), now cpu/);
});

test.each<[string, string, RegExp]>([
  ['no JSON', '{', /isn't JSON/],
  ['another schema', '{"schema":9,"frameworks":{}}', /schema 1/],
  ['frameworks that are null', '{"schema":1,"frameworks":null}', /schema 1/],
  ['a framework that is null', '{"schema":1,"frameworks":{"pytorch":null}}', /p50Ms of pytorch/],
  ['no p50', '{"schema":1,"frameworks":{"pytorch":{"roundMediansMs":[1]}}}', /p50Ms of pytorch/],
  ['a p50 that is a text', '{"schema":1,"frameworks":{"pytorch":{"p50Ms":"abc","roundMediansMs":[1]}}}', /p50Ms of pytorch/],
  ['medians that are a text', '{"schema":1,"frameworks":{"pytorch":{"p50Ms":1,"roundMediansMs":"x"}}}', /roundMediansMs of pytorch/],
  ['a median that is none', '{"schema":1,"frameworks":{"pytorch":{"p50Ms":1,"roundMediansMs":[1,null]}}}', /roundMediansMs of pytorch/],
])('an earlier result with %s is refused before anything is measured', (_, text, told) => {
  const folder = mkdtempSync(join(tmpdir(), 'torchlift-compare-'));
  try {
    writeFileSync(join(folder, 'old.json'), text);
    const read = () => readBenchmark(join(folder, 'old.json'));
    expect(read).toThrow(expect.objectContaining({ code: 'malformed-file', what: expect.stringMatching(told) }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
