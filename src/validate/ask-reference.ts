import { invariant, TorchliftError } from '../core/errors.ts';
import type { Tensor } from '../engines/tensor.ts';
import type { Reference } from './open-reference.ts';
import { rowsOf } from './rows-of.ts';
import type { Scores } from './sample.ts';

/** What a reference is asked: tensors, or the bytes of images where it takes these. */
export type Question = { readonly inputs: readonly Tensor[]; readonly rows: number } | { readonly images: readonly Uint8Array[] };

/**
 * The reference's answers by row, null for an image that it refuses. Errors: as of its engine; `usage` where it doesn't take such inputs,
 * `worker-failed` where an answer has another number of rows.
 */
export async function askReference(reference: Reference, question: Question): Promise<readonly (Scores | null)[]> {
  if ('images' in question) return askBytes(reference, question.images);
  return rowsOf(await answerOf(reference, question.inputs), question.rows, 'reference');
}

/** One image that is refused must not take the others with it: the halves are asked again, until it stands alone. */
async function askBytes(reference: Reference, images: readonly Uint8Array[]): Promise<readonly (Scores | null)[]> {
  if (images.length === 0) return [];
  const { decoding } = reference;
  invariant(decoding !== null, 'bytes for a reference that takes tensors');
  try {
    return rowsOf((await decoding.runBytes(images)).outputs, images.length, 'reference');
  } catch (error) {
    if (!(error instanceof TorchliftError) || error.code !== 'remote-refused') throw error;
    if (images.length === 1) return [null];
    const half = images.length >> 1;
    return [...(await askBytes(reference, images.slice(0, half))), ...(await askBytes(reference, images.slice(half)))];
  }
}

/** A worker that lives on after its refusal has a model that doesn't take these inputs. */
async function answerOf({ engine }: Reference, inputs: readonly Tensor[]): Promise<readonly Tensor[]> {
  invariant(engine !== null, 'recorded scores were asked');
  try {
    return (await engine.run(inputs)).outputs;
  } catch (error) {
    if (!(error instanceof TorchliftError) || error.code !== 'worker-failed' || !error.what.includes('worker refused: ')) throw error;
    throw new TorchliftError('usage', {
      what: `the reference doesn't take what the candidate takes: ${inputs.map(({ dtype, shape }) => `${dtype} [${['N', ...shape.slice(1)].join(', ')}]`).join(', ')}`,
      where: 'validate',
      // The last lines of a traceback say it.
      details: error.what
        .split('\n')
        .flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
        .slice(-2),
      remedy: 'Check that --reference is the model that was converted.',
      cause: error,
    });
  }
}
