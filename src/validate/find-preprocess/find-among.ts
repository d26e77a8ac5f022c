import { PRESETS } from '../../preprocess/steps.ts';
import { choiceOf } from './choice-of.ts';
import { orderImages } from './order-images.ts';
import { PipelineTrials, type PipelineTrialsOptions } from './pipeline-trials.ts';
import { searchPipelines } from './search-pipelines.ts';
import { settlePipelines } from './settle-pipelines.ts';
import { toldApart } from './told-apart.ts';
import type { TriedPipeline } from './tried-pipeline.ts';

export interface FindAmongOptions extends PipelineTrialsOptions {
  /** How far, how many pipelines were looked at, and how far the nearest of those that all images were asked for is off. */
  readonly onProgress: (share: number, count: number, best: number | undefined) => void;
}

/** Shares of the work, as they come out on twenty photos. */
const PRESETS_DONE = 0.1;
const SEARCH_DONE = 0.85;

/** The nearest of all pipelines to what was recorded, with what they have to be told apart from: all presets, then the search, its neighbours last. */
export async function findAmong(options: FindAmongOptions): Promise<readonly TriedPipeline[]> {
  const { answers, size, onProgress } = options;
  const trials = new PipelineTrials(options);
  const report = (share: number) => onProgress(share, trials.count, trials.best?.distance);
  const { choices, turned } = await toldApart(answers, trials.images, size);
  const presets = Object.values(PRESETS);
  const judged = await trials.judge(presets);
  const spread = await trials.spread(presets);
  const order = orderImages(spread.map((each, image) => ({ spread: each, turned: turned[image] as boolean })));
  report(PRESETS_DONE);
  const right = judged.find(({ reproduces }) => reproduces);
  const known = right && choiceOf(right.steps, ...size);
  const standing = known
    ? [known]
    : await searchPipelines({ trials, choices, order, onProgress: (share) => report(PRESETS_DONE + share * (SEARCH_DONE - PRESETS_DONE)) });
  const settled = await settlePipelines({
    trials,
    standing,
    order: order.mixed,
    onProgress: (share) => report(SEARCH_DONE + share * (1 - SEARCH_DONE)),
  });
  report(1);
  return [...new Map([...judged, ...settled].map((pipeline) => [JSON.stringify(pipeline.steps), pipeline])).values()];
}
