import type { Step } from '../../preprocess/steps.ts';
import type { PipelineAnswers } from './pipeline-answers.ts';
import { CHOICES, type Choices, SIMPLEST, stepsOf } from './pipeline-space.ts';

/** What the images themselves say of the search, before any model runs. */
export interface ToldApart {
  /**
   * One choice for those that make the same of every image: no crops of squares, no orientation where no photo has one. Without decoders that
   * refuse one of the images, which the original answered.
   */
  readonly choices: Choices;
  /** By image, whether its EXIF block turns it. */
  readonly turned: readonly boolean[];
}

type Prepared = Pick<PipelineAnswers, 'prepare' | 'keyOf' | 'leaveUpright'>;
type Size = readonly [height: number, width: number];

/** Prepares images that at least one decoder takes by each decoder, orientation and frame. Those that are upright are left so from then on. */
export async function toldApart(answers: Prepared, images: readonly number[], size: Size): Promise<ToldApart> {
  const ways = decodings(size);
  await answers.prepare(ways, images);
  const decoding = toldApartOf(CHOICES.decoding, ways, answers, images);
  const pairs = CHOICES.decoding.flatMap((plain, index) => {
    const turning = CHOICES.decoding.findIndex(({ decoder, orient }) => orient && !plain.orient && decoder === plain.decoder);
    return turning === -1 ? [] : [[ways[index] as readonly Step[], ways[turning] as readonly Step[]] as const];
  });
  const turned = images.map((image) => pairs.some(([plain, turning]) => answers.keyOf(plain, image) !== answers.keyOf(turning, image)));
  answers.leaveUpright(images.filter((_, index) => !turned[index]));
  const base = { ...SIMPLEST, decoding: decoding[0] ?? SIMPLEST.decoding };
  const frames = CHOICES.frame.map((frame) => stepsOf({ ...base, frame }, ...size));
  await answers.prepare(frames, images);
  return { choices: { ...CHOICES, decoding, frame: toldApartOf(CHOICES.frame, frames, answers, images) }, turned };
}

function decodings(size: Size): readonly (readonly Step[])[] {
  return CHOICES.decoding.map((decoding) => stepsOf({ ...SIMPLEST, decoding }, ...size));
}

/** The first of those that make the same rows, without those that can't make one. */
function toldApartOf<T>(choices: readonly T[], ways: readonly (readonly Step[])[], answers: Prepared, images: readonly number[]): readonly T[] {
  const rows = ways.map((way) => images.map((image) => answers.keyOf(way, image)));
  const names = rows.map((keys) => (keys.includes(null) ? null : keys.join()));
  return choices.filter((_, index) => names[index] !== null && names.indexOf(names[index] as string) === index);
}
