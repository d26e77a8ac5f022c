import { TorchliftError } from '../core/errors.ts';
import { askReference } from './ask-reference.ts';
import type { Batch } from './batch.ts';
import type { Candidate } from './open-candidate.ts';
import type { Reference } from './open-reference.ts';
import { rowsOf } from './rows-of.ts';
import type { Scores } from './sample.ts';

/** By row; null where the reference refused it. */
export interface BothAnswers {
  readonly reference: readonly (Scores | null)[];
  readonly candidate: readonly Scores[];
}

/** A batch with both sides' answers to its rows, null where it has none. */
export interface AnsweredBatch {
  readonly batch: Batch;
  readonly answers: BothAnswers | null;
}

/** Batches in their order, each with both sides' answers. Errors: as of the engines. */
export async function* askBoth(batches: AsyncIterable<Batch>, reference: Reference, candidate: Candidate): AsyncGenerator<AnsweredBatch> {
  for await (const batch of batches) yield { batch, answers: batch.rows.length === 0 ? null : await bothAnswers(batch, reference, candidate) };
}

/**
 * Both sides' answers to a batch that has rows. Errors: as of the engines; `usage` where one side gives other outputs than the other, `worker-failed`
 * where an answer has another number of rows.
 */
async function bothAnswers(batch: Batch, reference: Reference, { engine, runOptions }: Candidate): Promise<BothAnswers> {
  const expected = () => expectedOf(batch, reference);
  const answers = async () => rowsOf((await engine.run(batch.inputs, runOptions)).outputs, batch.rows.length, 'candidate');
  // Where both use the same cores, one after the other is faster than both at once: their threads would wait for each other.
  const shareCores = reference.worker !== null && engine.device === 'cpu';
  const [left, right] = shareCores ? [await expected(), await answers()] : await Promise.all([expected(), answers()]);
  const first = left.find((scores) => scores !== null);
  if (first !== undefined) checkSameOutputs(first, right[0] as Scores);
  return { reference: left, candidate: right };
}

async function expectedOf({ inputs, rows }: Batch, reference: Reference): Promise<readonly (Scores | null)[]> {
  if (reference.engine === null) return rows.map(({ scores }) => scores);
  return askReference(
    reference,
    reference.decoding !== null ? { images: rows.map(({ bytes }) => bytes as Uint8Array) } : { inputs, rows: rows.length },
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
