import { readFile, stat } from 'node:fs/promises';
import { TorchliftError } from '../../core/errors.ts';
import type { PreparedImage } from '../../engines/open-preprocessor.ts';
import type { Tensor } from '../../engines/tensor.ts';
import { sniffImage } from '../../preprocess/sniff-image.ts';
import type { Batch, BatchRow, RefusedImage } from '../batch.ts';
import type { ImageFacts } from '../sample.ts';
import { batchSize } from './batch-size.ts';
import type { Pipeline } from './open-pipeline.ts';
import { stackRows } from './stack-rows.ts';

/** What decodes to 20 megapixels is hardly ever larger. */
const MAX_FILE_BYTES = 128 << 20;

export interface ImageItem {
  readonly id: string;
  readonly path: string;
  readonly scores: readonly Float32Array[] | null;
}

export interface ImageListener {
  /** What can't be read or decoded, and leaves no row. */
  readonly onSkip: (id: string, reason: string) => void;
  /** What else to know of an image. */
  readonly onFlag: (id: string, flags: readonly string[]) => void;
}

/**
 * Reads, decodes and resizes images in their order, a batch at a time. Errors: `usage` where the pipeline makes another shape than
 * the model takes.
 */
export async function* imageBatches(
  items: AsyncIterable<ImageItem> | Iterable<ImageItem>,
  pipeline: Pipeline,
  listener: ImageListener,
): AsyncGenerator<Batch> {
  const rows = batchSize([pipeline.port]);
  let group: ImageItem[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < rows) continue;
    yield* await prepare(group, pipeline, listener);
    group = [];
  }
  if (group.length > 0) yield* await prepare(group, pipeline, listener);
}

async function prepare(
  group: readonly ImageItem[],
  { preprocessor, steps, port, size }: Pipeline,
  { onSkip, onFlag }: ImageListener,
): Promise<readonly Batch[]> {
  const read = await Promise.all(group.map(async (item) => ({ item, bytes: await bytesOf(item, onSkip) })));
  const images = read.flatMap(({ item, bytes }) => (bytes === undefined || isLeftOut(item, bytes, steps, onSkip) ? [] : [{ item, bytes }]));
  if (images.length === 0) return [];
  const prepared = await preprocessor.run(images.map(({ bytes }) => bytes));
  const batches: { rows: BatchRow[]; tensors: Tensor[] }[] = [];
  const refused: RefusedImage[] = [];
  prepared.forEach((image: PreparedImage, index) => {
    const { item, bytes } = images[index] as (typeof images)[number];
    if (!image.ok) {
      onSkip(item.id, image.message);
      refused.push({ id: item.id, bytes, scores: item.scores });
      return;
    }
    checkShape(image.row, port);
    onFlag(item.id, image.flags);
    // Where the model leaves its size free, images may keep theirs.
    let batch = batches.at(-1);
    if (batch === undefined || String(batch.tensors[0]?.shape) !== String(image.row.shape)) {
      batch = { rows: [], tensors: [] };
      batches.push(batch);
    }
    batch.tensors.push(image.row);
    batch.rows.push({ id: item.id, image: factsOf(item.path, bytes, size), bytes, scores: item.scores, source: null });
  });
  const ready = batches.map(({ rows, tensors }): Batch => ({ inputs: [stackRows(tensors)], rows }));
  return refused.length === 0 ? ready : [...ready, { inputs: [], rows: [], refused }];
}

/** What TensorFlow 2.10 makes of such a file is no picture, so that nothing can be said of it. */
function isLeftOut({ id }: ImageItem, bytes: Uint8Array, [first]: Pipeline['steps'], onSkip: ImageListener['onSkip']): boolean {
  if (first?.step !== 'decode' || first.decoder !== 'tensorflow' || sniffImage(bytes)?.hasPalette !== true) return false;
  onSkip(id, "is a BMP with a palette: TensorFlow 2.10 takes the palette's positions for pixels; it isn't compared");
  return true;
}

function checkShape({ shape, dtype }: Tensor, port: Pipeline['port']): void {
  const fits = shape.length === port.shape.length && port.shape.every((size, axis) => axis === 0 || typeof size === 'string' || size === shape[axis]);
  if (fits && dtype === port.dtype) return;
  throw new TorchliftError('usage', {
    what: `the pipeline makes ${dtype} [${shape.join(', ')}] of an image, ${port.name} takes ${port.dtype} [${port.shape.join(', ')}]`,
    where: '--preprocess',
    remedy: "Name a pipeline that ends in the model's own size.",
  });
}

async function bytesOf({ id, path }: ImageItem, onSkip: (path: string, reason: string) => void): Promise<Uint8Array | undefined> {
  try {
    const file = await stat(path);
    if (file.isFile() && file.size <= MAX_FILE_BYTES) return await readFile(path);
    onSkip(id, file.isFile() ? `is ${file.size} bytes large, at most ${MAX_FILE_BYTES} are read` : "isn't a file");
    return undefined;
  } catch (error) {
    onSkip(id, `can't be read (${(error as NodeJS.ErrnoException).code})`);
    return undefined;
  }
}

function factsOf(path: string, bytes: Uint8Array, [height, width]: readonly [number, number]): ImageFacts | null {
  const header = sniffImage(bytes);
  if (header === undefined) return null;
  const downscale = Math.min(header.width / width, header.height / height);
  return { path, format: header.format, width: header.width, height: header.height, downscale };
}
