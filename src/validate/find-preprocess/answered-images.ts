import { join, resolve } from 'node:path';
import type { Manifest, PortRecord } from '../../bundle/manifest.ts';
import { TorchliftError } from '../../core/errors.ts';
import { openRemote, type RemoteEngine } from '../../engines/remote-engine.ts';
import type { Progress } from '../../engines/runtimes/ensure-runtime.ts';
import { float32Elements } from '../../engines/tensor.ts';
import { drawImages, listImages } from '../inputs/list-images.ts';
import { readImage } from '../inputs/read-image.ts';
import { readRecordedRequests } from '../sources/read-recorded-requests.ts';
import { joinScores } from './join-scores.ts';

export interface AnsweredImagesOptions {
  readonly manifest: Manifest;
  /** Recorded requests with images and scores, as JSON lines. */
  readonly inputs?: string;
  /** Or a folder, and a served model that takes the bytes of images. */
  readonly images?: string;
  readonly reference?: string;
  readonly progress: Progress;
}

/** What the original answered to an image. */
export interface AnsweredImage {
  readonly bytes: Uint8Array;
  /** All outputs in one. */
  readonly scores: Float32Array;
}

/** More images tell pipelines no better apart, and take longer. */
const MOST_IMAGES = 24;

const PATHS = 'Paths in recorded requests are absolute, or relative to their file.';

/**
 * A score of images with what the original answered, recorded or asked for now. Errors: `usage` (neither is there), `file-not-found`,
 * `malformed-file`, `remote-failed`.
 */
export async function answeredImages(options: AnsweredImagesOptions): Promise<readonly AnsweredImage[]> {
  const { inputs, images, reference, manifest } = options;
  if (inputs !== undefined) return recordedImages(resolve(inputs), manifest);
  if (images !== undefined && reference !== undefined && /^https?:/.test(reference)) return askedImages(resolve(images), reference, options);
  throw new TorchliftError('usage', {
    what: 'there is nothing that the original answered',
    where: '--find-preprocess',
    remedy:
      'Give recorded requests with images and scores (--inputs requests.jsonl), or --images and a --reference that is the address of a server which takes the bytes of images.',
  });
}

async function recordedImages(path: string, manifest: Manifest): Promise<readonly AnsweredImage[]> {
  const rowShape = ({ name, shape }: PortRecord) => ({ name, shape: shape.slice(1) });
  const found: AnsweredImage[] = [];
  const shapes = { inputs: manifest.inputs.map(rowShape), outputs: manifest.outputs.map(rowShape) };
  for await (const { line, content, scores } of readRecordedRequests(path, shapes)) {
    if (!('image' in content) || scores === null)
      throw new TorchliftError('malformed-file', {
        what: `line ${line} has no ${'image' in content ? '"scores"' : '"image"'}`,
        where: path,
        remedy: 'Each line is {"image": path, "scores": [numbers]} here.',
      });
    const all = joinScores(scores);
    // What isn't a number came from the model, and would from behind any pipeline.
    if (all.every(Number.isFinite)) found.push({ bytes: readImage(content.image, PATHS), scores: all });
    if (found.length === MOST_IMAGES) break;
  }
  if (found.length === 0) throw new TorchliftError('usage', { what: 'has no recorded request', where: path, remedy: 'Some twenty are needed.' });
  return found;
}

async function askedImages(folder: string, url: string, { manifest, progress }: AnsweredImagesOptions): Promise<readonly AnsweredImage[]> {
  const remote = await openRemote({ url, outputs: manifest.outputs.map(({ name }) => name) });
  try {
    const found: AnsweredImage[] = [];
    // Twice as many: not every file is an image that the server takes.
    for (const file of drawImages(listImages(folder), 2 * MOST_IMAGES)) {
      progress(`asking the reference: ${found.length} images of at most ${MOST_IMAGES}`);
      const answered = await askImage(remote, readImage(join(folder, file), 'Check the folder.'));
      if (answered !== null) found.push(answered);
      if (found.length === MOST_IMAGES) break;
    }
    if (found.length === 0)
      throw new TorchliftError('usage', {
        what: 'has no image that the reference takes',
        where: folder,
        remedy: 'Name a folder with images that it was asked about.',
      });
    return found;
  } finally {
    await remote.close();
  }
}

/** Null where the server refuses this image; it would take others. */
async function askImage(remote: RemoteEngine, bytes: Uint8Array): Promise<AnsweredImage | null> {
  try {
    const { outputs } = await remote.runBytes([bytes]);
    return { bytes, scores: joinScores(outputs.map(float32Elements)) };
  } catch (error) {
    if (error instanceof TorchliftError && error.code === 'remote-refused') return null;
    throw error;
  }
}
