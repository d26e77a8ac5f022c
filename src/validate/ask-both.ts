import { TorchliftError } from '../core/errors.ts';
import type { Engine, RunOptions } from '../engines/engine.ts';
import { float32Elements, type Tensor } from '../engines/tensor.ts';
import type { Batch } from './batch.ts';

/** Scores of one row, one array for each output. */
export type Scores = readonly Float32Array[];

export interface Sides {
  /** Null where every row brings its recorded scores. */
  readonly reference: Engine | null;
  readonly candidate: Engine;
  readonly candidateOptions: RunOptions;
  /** Where both use the same cores, one after the other is faster than both at once: their threads would wait for each other. */
  readonly shareCores: boolean;
}

/**
 * Both sides' answers to a batch, by row. Errors: as of the engines; `usage` where one side gives other outputs than the other, `worker-failed`
 * where an answer has another number of rows.
 */
export async function askBoth(batch: Batch, sides: Sides): Promise<{ readonly reference: readonly Scores[]; readonly candidate: readonly Scores[] }> {
  const { reference, candidate, candidateOptions, shareCores } = sides;
  const rows = batch.rows.length;
  const askReference = async () => (reference === null ? undefined : rowsOf(await answerOf(reference, batch.inputs), rows, 'reference'));
  const askCandidate = async () => rowsOf((await candidate.run(batch.inputs, candidateOptions)).outputs, rows, 'candidate');
  const answers = shareCores ? ([await askReference(), await askCandidate()] as const) : await Promise.all([askReference(), askCandidate()]);
  const expected = batch.rows.map(({ scores }, row) => answers[0]?.[row] ?? (scores as Scores));
  checkSameOutputs(expected[0] ?? [], answers[1][0] ?? []);
  return { reference: expected, candidate: answers[1] };
}

/** A worker that lives on after its refusal has a model that doesn't take these inputs. */
async function answerOf(reference: Engine, inputs: readonly Tensor[]): Promise<readonly Tensor[]> {
  try {
    return (await reference.run(inputs)).outputs;
  } catch (error) {
    if (!(error instanceof TorchliftError) || error.code !== 'worker-failed' || !error.what.includes('worker refused: ')) throw error;
    throw new TorchliftError('usage', {
      what: `the reference doesn't take what the candidate takes: ${inputs.map(({ dtype, shape }) => `${dtype} [${shape.join(', ')}]`).join(', ')}`,
      where: 'validate',
      details: error.what
        .split('\n')
        .filter((line) => line.trim() !== '')
        // A traceback ends with its reason.
        .slice(-4),
      remedy: 'Check that --reference is the model that was converted.',
      cause: error,
    });
  }
}

function rowsOf(outputs: readonly Tensor[], rows: number, side: string): readonly Scores[] {
  const flat = outputs.map((output) => {
    if (output.shape[0] !== rows)
      throw new TorchliftError('worker-failed', { what: `the ${side} answered [${output.shape.join(', ')}] to ${rows} rows` });
    return float32Elements(output);
  });
  return Array.from({ length: rows }, (_, row) =>
    flat.map((elements) => {
      const size = elements.length / rows;
      return elements.slice(row * size, (row + 1) * size);
    }),
  );
}

function checkSameOutputs(reference: Scores, candidate: Scores): void {
  const [left, right] = [reference, candidate].map((scores) => scores.map(({ length }) => length));
  if (JSON.stringify(left) === JSON.stringify(right)) return;
  throw new TorchliftError('usage', {
    what: `the reference gives ${described(left)}, the candidate ${described(right)}`,
    where: 'validate',
    remedy: 'Check that --reference is the model that was converted.',
  });
}

function described(sizes: readonly number[] | undefined): string {
  return sizes === undefined || sizes.length === 0 ? 'nothing' : `${sizes.join(' + ')} scores`;
}
