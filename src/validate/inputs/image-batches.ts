import { readFile } from 'node:fs/promises';
import type { PreparedImage, Preprocessor } from '../../engines/open-preprocessor.ts';
import type { Tensor } from '../../engines/tensor.ts';
import { sniffImage } from '../../preprocess/sniff-image.ts';
import type { Batch, BatchRow } from '../batch.ts';
import type { ImageFacts } from '../sample.ts';
import { stackRows } from './stack-rows.ts';

export interface ImageItem {
  readonly id: string;
  readonly path: string;
  readonly scores: readonly Float32Array[] | null;
}

/**
 * Reads, decodes and resizes images in their order, a batch at a time; the next batch is prepared while the last one is looked at. What can't be
 * read or decoded goes to `onSkip` and leaves no row. `size`: the model's height and width, where the steps don't name one.
 */
export async function* imageBatches(
  items: AsyncIterable<ImageItem> | Iterable<ImageItem>,
  rows: number,
  preprocessor: Preprocessor,
  size: readonly [number, number],
  onSkip: (path: string, reason: string) => void,
): AsyncGenerator<Batch> {
  let group: ImageItem[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < rows) continue;
    yield* await prepare(group, preprocessor, size, onSkip);
    group = [];
  }
  if (group.length > 0) yield* await prepare(group, preprocessor, size, onSkip);
}

async function prepare(
  group: readonly ImageItem[],
  preprocessor: Preprocessor,
  size: readonly [number, number],
  onSkip: (path: string, reason: string) => void,
): Promise<readonly Batch[]> {
  const read = await Promise.all(group.map(async (item) => ({ item, bytes: await bytesOf(item, onSkip) })));
  const images = read.flatMap(({ item, bytes }) => (bytes === undefined ? [] : [{ item, bytes }]));
  if (images.length === 0) return [];
  const prepared = await preprocessor.run(images.map(({ bytes }) => bytes));
  const rows: BatchRow[] = [];
  const tensors: Tensor[] = [];
  prepared.forEach((image: PreparedImage, index) => {
    const { item, bytes } = images[index] as (typeof images)[number];
    if (!image.ok) {
      onSkip(item.id, image.message);
      return;
    }
    tensors.push(image.row);
    rows.push({ id: item.id, image: factsOf(item.path, bytes, size), scores: item.scores, source: null });
  });
  return rows.length === 0 ? [] : [{ inputs: [stackRows(tensors)], rows }];
}

async function bytesOf({ id, path }: ImageItem, onSkip: (path: string, reason: string) => void): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
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
