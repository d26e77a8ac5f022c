import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { FoundPipelineEvidence } from '../../bundle/evidence/validation-evidence.ts';
import type { Manifest, PortRecord } from '../../bundle/manifest.ts';
import { TorchliftError } from '../../core/errors.ts';
import type { Engine, RunOptions } from '../../engines/engine.ts';
import { openPreprocessor, type Preprocessor } from '../../engines/open-preprocessor.ts';
import { openRemote } from '../../engines/remote-engine.ts';
import type { Progress } from '../../engines/runtimes/ensure-runtime.ts';
import { float32Elements } from '../../engines/tensor.ts';
import { imageInput } from '../../preprocess/print-preprocess.ts';
import { asInput } from '../inputs/as-input.ts';
import { drawImages, listImages } from '../inputs/list-images.ts';
import { readImage } from '../inputs/read-image.ts';
import { stackRows } from '../inputs/stack-rows.ts';
import { readRecordedRequests } from '../sources/read-recorded-requests.ts';
import { SUPERVISION } from '../supervision.ts';
import { judgePipelines } from './judge-pipelines.ts';
import { searchPipelines } from './search-pipelines.ts';

export interface FindPreprocessOptions {
  readonly manifest: Manifest;
  readonly candidate: Engine;
  readonly candidateOptions: RunOptions;
  /** Recorded requests with images and scores, as JSON lines. */
  readonly inputs?: string;
  /** Or a folder, and a served model that takes the bytes of images. */
  readonly images?: string;
  readonly reference?: string;
  readonly progress: Progress;
}

/** More images tell pipelines no better apart, and take longer. */
const MOST_IMAGES = 24;
/** Pipelines whose rows are held at once. */
const CHUNK = 32;

const PATHS = 'Paths in recorded requests are absolute, or relative to their file.';

interface AnsweredImage {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** All outputs in one. */
  readonly scores: Float32Array;
}

/**
 * Finds the pipeline that was in front of the original model from what it answered to a score of images. Errors: `usage` (nothing recorded, or a
 * model that takes no image), `file-not-found`, `malformed-file`, `remote-failed`, those of the workers.
 */
export async function findPreprocess(options: FindPreprocessOptions): Promise<FoundPipelineEvidence> {
  const { manifest, candidate, progress } = options;
  const input = imageInput(manifest.inputs);
  if (input?.height == null || input.width == null) {
    throw new TorchliftError('usage', {
      what: 'the model takes no colour image of a fixed size',
      where: '--find-preprocess',
      remedy: 'A pipeline is looked for in front of models that take one image.',
    });
  }
  const { height, width } = input;
  const answered = await answeredImages(options);
  progress('starting the decoders');
  const preprocessor = await openPreprocessor({ source: null, threads: availableParallelism(), supervision: SUPERVISION, progress });
  try {
    const port = manifest.inputs[0] as PortRecord;
    const tried = await searchPipelines({
      recorded: answered.map(({ scores }) => scores),
      height,
      width,
      onProgress: (count, best) => progress(`tried ${count} pipelines on ${answered.length} images, the nearest is ${best.toExponential(1)} off`),
      ask: async (pipelines, images) => {
        const answers: (Float32Array[] | undefined)[] = pipelines.map(() => []);
        for (const image of images) {
          const { bytes } = answered[image] as AnsweredImage;
          for (let from = 0; from < pipelines.length; from += CHUNK) {
            const rows = await preprocessor.variants(bytes, pipelines.slice(from, from + CHUNK), height, width);
            await addScores(rows, port, candidate, options.candidateOptions, (index, scores) => {
              if (scores === undefined) answers[from + index] = undefined;
              else answers[from + index]?.push(scores);
            });
          }
        }
        return answers;
      },
    });
    return judgePipelines(tried, answered.length);
  } finally {
    await preprocessor.close();
  }
}

/** Runs the rows there are at once. */
async function addScores(
  rows: Awaited<ReturnType<Preprocessor['variants']>>,
  port: PortRecord,
  candidate: Engine,
  options: RunOptions,
  add: (index: number, scores: Float32Array | undefined) => void,
): Promise<void> {
  const ready = rows.flatMap((row, index) => (row.ok ? [{ index, tensor: asInput(row.row, port) }] : []));
  rows.forEach((row, index) => {
    if (!row.ok) add(index, undefined);
  });
  // A frame that isn't the model's size (cut from a small image, say) can't be what production did.
  const fitting = ready.filter(({ tensor }) => tensor.shape.every((size, axis) => axis === 0 || size === port.shape[axis]));
  for (const { index } of ready.filter((row) => !fitting.includes(row))) add(index, undefined);
  if (fitting.length === 0) return;
  const { outputs } = await candidate.run([stackRows(fitting.map(({ tensor }) => tensor))], options);
  const flat = outputs.map(float32Elements);
  fitting.forEach(({ index }, row) => {
    const parts = flat.map((elements) => elements.subarray((row * elements.length) / fitting.length, ((row + 1) * elements.length) / fitting.length));
    const scores = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      scores.set(part, at);
      at += part.length;
    }
    add(index, scores);
  });
}

async function answeredImages(options: FindPreprocessOptions): Promise<readonly AnsweredImage[]> {
  const { inputs, images, reference, manifest } = options;
  if (inputs !== undefined) return recordedImages(resolve(inputs), manifest);
  if (images !== undefined && reference !== undefined && /^https?:/.test(reference)) return askedImages(resolve(images), reference, manifest);
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
  for await (const { line, content, scores } of readRecordedRequests(path, {
    inputs: manifest.inputs.map(rowShape),
    outputs: manifest.outputs.map(rowShape),
  })) {
    if (!('image' in content) || scores === null)
      throw new TorchliftError('malformed-file', {
        what: `line ${line} has no ${'image' in content ? '"scores"' : '"image"'}`,
        where: path,
        remedy: 'Each line is {"image": path, "scores": [numbers]} here.',
      });
    found.push({ path: content.image, bytes: readImage(content.image, PATHS), scores: joined(scores) });
    if (found.length === MOST_IMAGES) break;
  }
  if (found.length === 0) throw new TorchliftError('usage', { what: 'has no recorded request', where: path, remedy: 'Some twenty are needed.' });
  return found;
}

async function askedImages(folder: string, url: string, manifest: Manifest): Promise<readonly AnsweredImage[]> {
  const remote = await openRemote({ url, outputs: manifest.outputs.map(({ name }) => name) });
  try {
    const found: AnsweredImage[] = [];
    for (const file of drawImages(listImages(folder), MOST_IMAGES)) {
      const bytes = readImage(join(folder, file), 'Check the folder.');
      const { outputs } = await remote.runBytes([bytes]);
      found.push({ path: file, bytes, scores: joined(outputs.map(float32Elements)) });
    }
    return found;
  } finally {
    await remote.close();
  }
}

function joined(scores: readonly Float32Array[]): Float32Array {
  return Float32Array.from(scores.flatMap((row) => [...row]));
}
