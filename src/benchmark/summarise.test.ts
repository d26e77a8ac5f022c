import { expect, test } from 'vitest';
import type { Engine } from '../engines/engine.ts';
import type { Block } from './contender.ts';
import { differences, summarise } from './summarise.ts';

const contender = { framework: 'pytorch', variant: null, engine: {} as Engine, options: {}, model: '', modelBytes: 0, precision: 'fp32' } as const;
const block = (milliseconds: number[], more: Partial<Block> = {}): Block => ({
  milliseconds,
  endToEndMs: [],
  cpuMs: 10,
  wallMs: milliseconds.reduce((sum, each) => sum + each, 0),
  peakBytes: 5,
  gpuUtilisation: null,
  gpuPeakBytes: null,
  ...more,
});

test('percentiles over all rounds, throughput from their sum, the median of each', () => {
  const blocks = [block([10, 30, 20], { peakBytes: 7 }), block([40])];
  expect(summarise({ contender, warmUpMs: 3, blocks }, 8, 2)).toEqual({
    p50Ms: 20,
    p95Ms: 40,
    p99Ms: 40,
    throughput: (8 * 4) / 0.1,
    gpuUtilisation: null,
    cpuUtilisation: 10,
    peakBytes: 7,
    gpuPeakBytes: null,
    warmUpMs: 3,
    endToEnd: null,
    roundMediansMs: [20, 40],
  });
});

test('what nobody knows is null; a GPU’s figure is the mean over the time that has one', () => {
  const blocks = [
    block([10], { cpuMs: null, peakBytes: null, gpuUtilisation: 90, gpuPeakBytes: 3, endToEndMs: [12] }),
    block([30], { gpuUtilisation: 50 }),
    block([5]),
  ];
  const run = summarise({ contender, warmUpMs: 0, blocks }, 1, 1);
  expect(run).toMatchObject({ cpuUtilisation: null, gpuUtilisation: 60, gpuPeakBytes: 3, endToEnd: { p50Ms: 12, throughput: 1000 / 12 } });
  const other = { ...run, p50Ms: 20, gpuUtilisation: 40 };
  expect(differences(run, other)).toMatchObject({ p50: -0.5, p95: 0, gpuUtilisation: 20 });
  expect(differences(run, { ...run, gpuUtilisation: null }).gpuUtilisation).toBeNull();
});
