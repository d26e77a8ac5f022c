import type { PipelineAnswers } from './pipeline-answers.ts';
import { CHOICES, SIMPLEST, stepsOf } from './pipeline-space.ts';

/** The images that the decoder takes which takes most; the others tell nothing. */
export async function readableImages(
  answers: Pick<PipelineAnswers, 'prepare' | 'keyOf'>,
  images: readonly number[],
  size: readonly [height: number, width: number],
): Promise<readonly number[]> {
  const ways = CHOICES.decoding.map((decoding) => stepsOf({ ...SIMPLEST, decoding }, ...size));
  await answers.prepare(ways, images);
  const readable = ways.map((way) => images.filter((image) => answers.keyOf(way, image) !== null));
  return readable.reduce((most, other) => (other.length > most.length ? other : most));
}
