import type { Engine, RunOptions } from '../../src/engines/engine.ts';
import type { Tensor } from '../../src/engines/tensor.ts';

/** Milliseconds of one call at batch 32, inside the worker. */
export interface Timing {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

const WARM_UP = 3;

/** Interleaved rounds, so that a drift of the machine hits both sides alike. */
export async function measureInTurns(
  engines: readonly Engine[],
  /** Of each engine, in their order; their defaults where there is none. */
  options: readonly (RunOptions | undefined)[],
  batch: Tensor,
  rounds: number,
  progress: (line: string) => void,
): Promise<readonly Timing[]> {
  const times = engines.map((): number[] => []);
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [index, engine] of engines.entries()) {
      const { milliseconds } = await engine.run([batch], options[index]);
      if (round >= 0) times[index]?.push(milliseconds);
    }
    progress(`timed ${Math.max(round + 1, 0)} of ${rounds} rounds`);
  }
  return times.map((series) => {
    const sorted = series.sort((a, b) => a - b);
    const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
    return { p50Ms: quantile(0.5), p95Ms: quantile(0.95) };
  });
}
