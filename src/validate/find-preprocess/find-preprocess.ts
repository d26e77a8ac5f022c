import type { FoundPipelineEvidence } from '../../bundle/evidence/validation-evidence.ts';
import type { PortRecord } from '../../bundle/manifest.ts';
import { TorchliftError } from '../../core/errors.ts';
import { openPreprocessor } from '../../engines/open-preprocessor.ts';
import { imageInput } from '../../preprocess/print-preprocess.ts';
import type { Candidate } from '../open-candidate.ts';
import { SUPERVISION } from '../supervision.ts';
import { type AnsweredImage, type AnsweredImagesOptions, answeredImages } from './answered-images.ts';
import { findAmong } from './find-among.ts';
import { judgePipelines } from './judge-pipelines.ts';
import { PipelineAnswers } from './pipeline-answers.ts';
import { readableImages } from './readable-images.ts';

export interface FindPreprocessOptions extends AnsweredImagesOptions {
  readonly startCandidate: () => Promise<Pick<Candidate, 'engine' | 'runOptions'>>;
  readonly onRestart: (why: string) => void;
}

/**
 * Finds the pipeline that was in front of the original model from what it answered to a score of images. Errors: `usage` (nothing recorded, or a
 * model that takes no image), `file-not-found`, `malformed-file`, `remote-failed`, those of the workers.
 */
export async function findPreprocess(options: FindPreprocessOptions): Promise<FoundPipelineEvidence> {
  const { manifest, progress, startCandidate, onRestart } = options;
  const input = imageInput(manifest.inputs);
  if (input?.height == null || input.width == null) {
    throw new TorchliftError('usage', {
      what: 'the model takes no colour image of a fixed size',
      where: '--find-preprocess',
      remedy: 'A pipeline is looked for in front of models that take one image.',
    });
  }
  const port = manifest.inputs[0] as PortRecord;
  const size = [input.height, input.width] as const;
  const answered = await answeredImages(options);
  const { engine: candidate, runOptions: candidateOptions } = await startCandidate();
  progress('starting the decoders');
  const preprocessor = await openPreprocessor({ source: null, supervision: { ...SUPERVISION, onRestart }, progress });
  try {
    const answersTo = (images: readonly AnsweredImage[]) =>
      new PipelineAnswers({ images: images.map(({ bytes }) => bytes), port, size, preprocessor, candidate, candidateOptions });
    const positions = await readableImages(answersTo(answered), [...answered.keys()], size);
    const readable = positions.map((position) => answered[position] as AnsweredImage);
    const recorded = readable.map(({ scores }) => scores);
    if (recorded.length === 0) return judgePipelines([], recorded);
    const tried = await findAmong({
      answers: answersTo(readable),
      recorded,
      size,
      onProgress: (share, count, best) =>
        progress(
          `finding the pipeline: ${Math.round(100 * share)} %, tried ${count} on ${recorded.length} images${best === undefined ? '' : `, the nearest is ${best.toExponential(1)} off`}`,
        ),
    });
    return judgePipelines(tried, recorded);
  } finally {
    await preprocessor.close();
  }
}
