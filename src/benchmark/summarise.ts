import type { Differences, LatencyFigures, RunFigures } from '../bundle/evidence/benchmark-evidence.ts';
import { percentile } from '../statistics/percentile.ts';
import type { Measured } from './run-rounds.ts';

/** The figures of one contender from all its rounds. `cores`: those that its utilisation is a share of. */
export function summarise({ blocks, warmUpMs }: Measured, batchSize: number, cores: number): RunFigures {
  const endToEnd = blocks.flatMap(({ endToEndMs }) => endToEndMs);
  const cpu = blocks.map(({ cpuMs }) => cpuMs);
  const wallMs = sum(blocks.map((block) => block.wallMs));
  return {
    ...latencies(
      blocks.flatMap(({ milliseconds }) => milliseconds),
      batchSize,
    ),
    gpuUtilisation: weightedMean(blocks.map(({ gpuUtilisation, wallMs: weight }) => [gpuUtilisation, weight])),
    // A process's clocks tick; a very short run can seem to use more than all cores.
    cpuUtilisation: cpu.every((ms) => ms !== null) ? Math.min(100, (100 * sum(cpu)) / (wallMs * cores)) : null,
    peakBytes: largest(blocks.map(({ peakBytes }) => peakBytes)),
    gpuPeakBytes: largest(blocks.map(({ gpuPeakBytes }) => gpuPeakBytes)),
    warmUpMs,
    endToEnd: endToEnd.length === 0 ? null : latencies(endToEnd, batchSize),
    roundMediansMs: blocks.map(({ milliseconds }) => percentile([...milliseconds].sort(ascending), 50)),
  };
}

function latencies(milliseconds: readonly number[], batchSize: number): LatencyFigures {
  const sorted = [...milliseconds].sort(ascending);
  return {
    p50Ms: percentile(sorted, 50),
    p95Ms: percentile(sorted, 95),
    p99Ms: percentile(sorted, 99),
    throughput: (1000 * batchSize * sorted.length) / sum(sorted),
  };
}

/** Changes from one run to another, as shares; of GPU utilisation in points. */
export function differences(run: RunFigures, against: RunFigures): Differences {
  const change = (key: 'p50Ms' | 'p95Ms' | 'p99Ms' | 'throughput') => run[key] / against[key] - 1;
  return {
    p50: change('p50Ms'),
    p95: change('p95Ms'),
    p99: change('p99Ms'),
    throughput: change('throughput'),
    gpuUtilisation: run.gpuUtilisation === null || against.gpuUtilisation === null ? null : run.gpuUtilisation - against.gpuUtilisation,
  };
}

function ascending(left: number, right: number): number {
  return left - right;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** Of the blocks that have a figure; null where none has. */
function weightedMean(pairs: readonly (readonly [number | null, number])[]): number | null {
  const known = pairs.filter((pair): pair is readonly [number, number] => pair[0] !== null);
  const weight = sum(known.map(([, each]) => each));
  return weight === 0 ? null : sum(known.map(([value, each]) => value * each)) / weight;
}
