import { basename, join } from 'node:path';
import type { OpenSource } from '../open-source.ts';
import { batchSize } from './batch-size.ts';
import { imageBatches } from './image-batches.ts';
import { listImages } from './list-images.ts';
import { openPipeline } from './open-pipeline.ts';
import type { SourceContext } from './source-context.ts';

/** A folder of images, put through the pipeline. Files that aren't images, or can't be decoded, are skipped with their reason. */
export async function openImageFolder(folder: string, context: SourceContext): Promise<OpenSource> {
  const files = listImages(folder, context.samples);
  const { preprocessor, size } = await openPipeline(context);
  const skipped: { path: string; reason: string }[] = [];
  const known = new Set(files);
  const byName = new Map(files.map((path) => [basename(path), path]));
  return {
    total: files.length,
    description: folder,
    arePictures: true,
    isRecorded: false,
    ranges: context.ranges,
    warnings: [],
    skipped,
    batches: () =>
      imageBatches(
        files.map((path) => ({ id: path, path: join(folder, path), scores: null })),
        batchSize(context.manifest.inputs),
        preprocessor,
        size,
        (path, reason) => skipped.push({ path, reason }),
      ),
    imageOf: (name) => (known.has(name) ? name : byName.get(name)),
    close: () => preprocessor.close(),
  };
}
