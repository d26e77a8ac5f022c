import { renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isBundle } from '../bundle/bundle-contents.ts';
import { diskError, FileSink } from '../bundle/file-sink.ts';
import { readManifest, verifiedArtefact } from '../bundle/read-bundle.ts';
import { TorchliftError } from '../core/errors.ts';
import { openPreprocessor, openPrintedPreprocessor, type Preprocessor } from '../engines/open-preprocessor.ts';
import { provePixels } from '../engines/prove-pixels.ts';
import type { Progress } from '../engines/runtimes/ensure-runtime.ts';
import type { Tensor } from '../engines/tensor.ts';
import { writeNpz } from '../formats/npy/write-npz.ts';
import { loadSteps } from '../preprocess/load-steps.ts';
import { imageInput, printPreprocess } from '../preprocess/print-preprocess.ts';
import type { Step } from '../preprocess/steps.ts';
import { readImage } from './inputs/read-image.ts';
import { stackRows } from './inputs/stack-rows.ts';

export interface PreprocessOptions {
  /** A preset, a `steps.json`, or a bundle. */
  readonly preprocess: string;
  /** Height and width where no step names them; a bundle has the model's own. */
  readonly size?: readonly [number, number];
  /** Path of the `.npz`. */
  readonly output: string;
  readonly onProgress: Progress;
}

export interface PreprocessResult {
  readonly output: string;
  /** [N, H, W, 3] */
  readonly shape: readonly number[];
  readonly names: readonly string[];
  /** What a reader should know of an image: damage that was passed over, say. */
  readonly flags: readonly { readonly image: string; readonly flag: string }[];
}

/**
 * What a model sees: images through a pipeline, as `x` float32 [N, H, W, 3] and `names` in a `.npz`, which appears whole or not at all. Errors:
 * `usage` (no size), `file-not-found`, `hash-mismatch`, `probe-mismatch`, `malformed-file` (no image that the pipeline's decoder takes), those of the host.
 */
export async function preprocessImages(images: readonly string[], options: PreprocessOptions): Promise<PreprocessResult> {
  const bytes = images.map((path) => readImage(path, 'Check the path.'));
  const preprocessor = await openPipelineOf(options);
  try {
    const prepared = await preprocessor.run(bytes);
    const rows: Tensor[] = [];
    const flags: { image: string; flag: string }[] = [];
    prepared.forEach((image, index) => {
      const name = images[index] as string;
      if (!image.ok)
        throw new TorchliftError('malformed-file', { what: image.message, where: name, remedy: 'Give an image that the pipeline takes.' });
      rows.push(image.row);
      for (const flag of image.flags) flags.push({ image: name, flag });
    });
    return { ...write(resolve(options.output), rows, images, options.preprocess), names: images, flags };
  } finally {
    await preprocessor.close();
  }
}

/** A bundle's own `preprocess.py` where it makes what is asked for, proved on the probe images; else one made of the steps. */
async function openPipelineOf({ preprocess, size, onProgress: progress }: PreprocessOptions): Promise<Preprocessor> {
  const options = { threads: availableParallelism(), progress };
  const manifest = isBundle(preprocess) ? readManifest(preprocess) : undefined;
  const input = manifest && imageInput(manifest.inputs);
  if (manifest?.artefacts['preprocess.py'] !== undefined && size === undefined && input?.layout === 'NHWC' && input.dtype === 'float32') {
    const preprocessor = await openPreprocessor({ source: verifiedArtefact(preprocess, manifest, 'preprocess.py'), ...options });
    await provePixels(preprocessor, { expected: manifest.preprocess.probes, allowOthers: false });
    return preprocessor;
  }
  const steps = manifest === undefined ? loadSteps(preprocess) : (manifest.preprocess.steps as readonly Step[]);
  const [height = input?.height ?? null, width = input?.width ?? null] = size ?? [];
  const text = printPreprocess(steps, { height, width, layout: 'NHWC', dtype: 'float32' });
  if (text === undefined) {
    throw new TorchliftError('usage', {
      what: 'the pipeline leaves the size to the model',
      where: preprocess,
      remedy: 'Give --size HEIGHTxWIDTH, or a bundle as --preprocess.',
    });
  }
  return openPrintedPreprocessor(text, options);
}

function write(output: string, rows: readonly Tensor[], names: readonly string[], pipeline: string): { output: string; shape: readonly number[] } {
  const [first] = rows as readonly [Tensor];
  const other = rows.find(({ shape }) => shape.join() !== first.shape.join());
  if (other !== undefined) {
    throw new TorchliftError('usage', {
      what: `the images come to different sizes, [${first.shape.slice(1).join(', ')}] and [${other.shape.slice(1).join(', ')}]`,
      where: pipeline,
      remedy: 'Give a pipeline that ends in one size.',
    });
  }
  const x = stackRows(rows);
  const partial = join(dirname(output), `.${basename(output)}.partial-${process.pid}`);
  const sink = new FileSink(partial, output);
  try {
    writeNpz(sink, [
      { name: 'x', ...x },
      { name: 'names', strings: names },
    ]);
    sink.finish();
    renameSync(partial, output);
  } catch (cause) {
    sink.abandon();
    rmSync(partial, { force: true });
    throw cause instanceof TorchliftError ? cause : diskError(output, cause);
  }
  return { output, shape: x.shape };
}
