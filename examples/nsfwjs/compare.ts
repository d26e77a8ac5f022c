import type { Engine } from '../../src/engines/engine.ts';
import { float32Elements } from '../../src/engines/tensor.ts';
import { CLASSES } from './models.ts';
import type { NpyReader } from './npy-reader.ts';

export interface Comparison {
  readonly samples: number;
  /** Samples on which both sides name the same class. */
  readonly agreements: number;
  readonly maxScoreDifference: number;
  /** By the reference's decision, in the order of CLASSES. */
  readonly decided: readonly number[];
  /** Samples whose two best scores lie closer together than 0.1. */
  readonly smallMargins: number;
}

const BATCH = 32;
const SMALL_MARGIN = 0.1;

/** Runs the same tensors through both models and compares scores and decisions. */
export async function compare(reference: Engine, candidate: Engine, inputs: NpyReader, progress: (line: string) => void): Promise<Comparison> {
  const samples = inputs.shape[0] ?? 0;
  const decided = CLASSES.map(() => 0);
  let agreements = 0;
  let maxScoreDifference = 0;
  let smallMargins = 0;
  for (let from = 0; from < samples; from += BATCH) {
    const batch = inputs.rows(from, Math.min(from + BATCH, samples));
    const [expected, found] = [await scores(reference, batch), await scores(candidate, batch)];
    for (let row = 0; row < expected.length; row += CLASSES.length) {
      const [left, right] = [expected.subarray(row, row + CLASSES.length), found.subarray(row, row + CLASSES.length)];
      const decision = argmax(left);
      decided[decision] = (decided[decision] ?? 0) + 1;
      if (decision === argmax(right)) agreements += 1;
      if (margin(left) < SMALL_MARGIN) smallMargins += 1;
      // Math.max would drop a NaN on either side; it must fail the comparison.
      left.forEach((score, index) => {
        const difference = Math.abs(score - (right[index] ?? Number.NaN));
        if (!(difference <= maxScoreDifference)) maxScoreDifference = difference;
      });
    }
    progress(`compared ${Math.min(from + BATCH, samples)} of ${samples} crops`);
  }
  return { samples, agreements, maxScoreDifference, decided, smallMargins };
}

async function scores(engine: Engine, batch: Parameters<Engine['run']>[0][number]): Promise<Float32Array> {
  const { outputs } = await engine.run([batch]);
  const [first] = outputs;
  if (first === undefined) throw new Error(`${engine.description} gave no output`);
  return float32Elements(first);
}

function argmax(row: Float32Array): number {
  return row.indexOf(Math.max(...row));
}

function margin(row: Float32Array): number {
  const [first = 0, second = 0] = [...row].sort((a, b) => b - a);
  return first - second;
}
