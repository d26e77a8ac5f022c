import type { Tensor } from '../engines/tensor.ts';
import { type Block, type Contender, isWorker, measureBlock } from './contender.ts';

export interface RoundsOptions {
  readonly iterations: number;
  readonly endToEnd: boolean;
  readonly onProgress: (progress: RoundsProgress) => void;
}

export interface RoundsProgress {
  /** 0 to 1, of the time that all will take. */
  readonly share: number;
  readonly secondsLeft: number;
  readonly round: number;
  readonly rounds: number;
}

/** One contender over all rounds. */
export interface Measured {
  readonly contender: Contender;
  /** From the start of its process to the first answer. */
  readonly warmUpMs: number;
  readonly blocks: readonly Block[];
}

/** Runs before anything is measured: allocators, thread pools and tracing settle in the first few. */
const WARM_UP_RUNS = 3;
/** So many medians tell the noise; fewer only where there are fewer iterations. */
const MIN_ROUNDS = 8;
const MAX_ROUNDS = 50;
/** A block shorter than this measures the switch between contenders. */
const BLOCK_MS = 500;
/** NVML's figures are over up to a second, so a block on a GPU lasts several. */
const GPU_BLOCK_MS = 3000;

/**
 * Measures all contenders in turns: a drift of the machine hits each alike. Every round runs them in the other order than the last one, and
 * each block begins with a run that isn't counted: the one before has filled the caches with other weights.
 */
export async function runRounds(
  contenders: readonly Contender[],
  inputs: readonly Tensor[],
  { iterations, endToEnd, onProgress }: RoundsOptions,
): Promise<readonly Measured[]> {
  const states: { contender: Contender; warmUpMs: number; iterationMs: number; blocks: Block[] }[] = [];
  for (const contender of contenders) states.push({ contender, ...(await warmUp(contender, inputs)), blocks: [] });

  const slowest = Math.max(...states.map(({ iterationMs }) => iterationMs));
  const blockMs = contenders.some(({ engine }) => isWorker(engine) && engine.device !== 'cpu') ? GPU_BLOCK_MS : BLOCK_MS;
  const rounds = Math.min(iterations, MAX_ROUNDS, Math.max(MIN_ROUNDS, Math.floor((iterations * slowest) / blockMs)));
  // Work is what it takes by the warm-up's times; time left is by what the work so far took.
  const total = iterations * states.reduce((sum, { iterationMs }) => sum + iterationMs, 0);
  onProgress({ share: 0, secondsLeft: total / 1000, round: 0, rounds });
  const started = performance.now();
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    const count = Math.floor(((round + 1) * iterations) / rounds) - Math.floor((round * iterations) / rounds);
    for (const state of round % 2 === 0 ? states : states.toReversed()) {
      await state.contender.engine.run(inputs, state.contender.options);
      state.blocks.push(await measureBlock(state.contender, inputs, count, endToEnd));
      done += count * state.iterationMs;
      const share = Math.min(1, done / total);
      onProgress({ share, secondsLeft: ((performance.now() - started) * (1 - share)) / share / 1000, round: round + 1, rounds });
    }
  }
  return states;
}

async function warmUp({ engine, options }: Contender, inputs: readonly Tensor[]): Promise<{ warmUpMs: number; iterationMs: number }> {
  const started = performance.now();
  await engine.run(inputs, options);
  const warmUpMs = engine.loadMs + performance.now() - started;
  let iterationMs = 0;
  for (let run = 0; run < WARM_UP_RUNS; run++) iterationMs = (await engine.run(inputs, options)).milliseconds;
  return { warmUpMs, iterationMs };
}
