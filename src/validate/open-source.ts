import { resolve } from 'node:path';
import type { Manifest } from '../bundle/manifest.ts';
import { TorchliftError } from '../core/errors.ts';
import type { Progress } from '../engines/runtimes/ensure-runtime.ts';
import { loadSteps } from '../preprocess/load-steps.ts';
import type { Step } from '../preprocess/steps.ts';
import { generatedInputs } from './inputs/generated-inputs.ts';
import { openImageFolder } from './inputs/open-image-folder.ts';
import { openNpz } from './inputs/open-npz.ts';
import { openRecordedRequests } from './inputs/open-recorded-requests.ts';
import type { OpenedSource } from './inputs/opened-source.ts';
import { channelRanges } from './near-copies/channel-ranges.ts';

export interface SourceOptions {
  /** A folder of images, those below it included. */
  readonly images?: string;
  /** A `.npz` with one array for each input, or recorded requests as JSON lines. */
  readonly inputs?: string;
  /** How many; all where omitted, 512 of generated inputs. */
  readonly samples?: number;
  /** A preset, a `steps.json` or steps instead of the bundle's pipeline. */
  readonly preprocess?: string | readonly Step[];
  /** Whether a decoder that makes other pixels than the validated one is a warning instead of an error. */
  readonly allowOtherPixels?: boolean;
}

/** Enough to certify 99 % where nothing disagrees. */
const GENERATED_SAMPLES = 512;

/** Errors: `usage` (both kinds of inputs, a kind that the model can't take), `file-not-found`, `malformed-file`, those of the preprocessor. */
export async function openSource(
  bundle: string,
  manifest: Manifest,
  options: SourceOptions,
  progress: Progress,
  onRestart: (why: string) => void,
): Promise<OpenedSource> {
  const { images, inputs, samples } = options;
  if (images !== undefined && inputs !== undefined)
    throw new TorchliftError('usage', { what: 'name images or inputs, not both', where: 'validate', remedy: 'Leave --images or --inputs out.' });
  const steps =
    typeof options.preprocess === 'string' ? loadSteps(options.preprocess) : (options.preprocess ?? (manifest.preprocess.steps as readonly Step[]));
  const ranges = channelRanges(steps, channelsOf(manifest));
  const { allowOtherPixels = false } = options;
  const common = {
    bundle,
    manifest,
    ranges,
    samples,
    progress,
    onRestart,
    allowOtherPixels,
    steps: options.preprocess === undefined ? undefined : steps,
  };
  if (images !== undefined) return openImageFolder(resolve(images), common);
  if (inputs?.endsWith('.npz')) return openNpz(resolve(inputs), common);
  if (inputs !== undefined) return openRecordedRequests(resolve(inputs), common);
  return {
    ...generatedInputs(manifest.inputs, ranges, samples ?? GENERATED_SAMPLES),
    isRecorded: false,
    ranges,
    pipeline: null,
    warnings: ['the inputs were generated: they show whether both models compute the same, not how they decide real images'],
    imageOf: () => undefined,
    close: async () => {},
  };
}

function channelsOf({ inputs: [input] }: Manifest): number {
  const channels = input?.layout === 'NCHW' ? input.shape[1] : input?.shape.at(-1);
  return typeof channels === 'number' && channels <= 4 ? channels : 3;
}
