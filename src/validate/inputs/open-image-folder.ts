import { basename, join } from 'node:path';
import { TorchliftError } from '../../core/errors.ts';
import { imageBatches } from './image-batches.ts';
import { imageFlags } from './image-flags.ts';
import { drawImages, listImages } from './list-images.ts';
import { openPipeline } from './open-pipeline.ts';
import type { OpenedSource } from './opened-source.ts';
import type { SourceContext } from './source-context.ts';

/** A folder of images, put through the pipeline. Files that aren't images, or can't be decoded, are skipped with their reason. */
export async function openImageFolder(folder: string, context: SourceContext): Promise<OpenedSource> {
  const all = listImages(folder);
  if (all.length === 0) {
    const remedy = 'Name a folder with JPEG, PNG, GIF or BMP files.';
    throw new TorchliftError('usage', { what: 'has no images', where: folder, remedy });
  }
  const files = drawImages(all, context.samples);
  const pipeline = await openPipeline(context);
  const skipped: { path: string; reason: string }[] = [];
  const flags = imageFlags();
  const known = new Set(all);
  return {
    total: files.length,
    description: folder,
    arePictures: true,
    isRecorded: false,
    ranges: context.ranges,
    pipeline,
    get warnings() {
      return [...pipeline.warnings, ...flags.warnings()];
    },
    skipped,
    batches: () =>
      imageBatches(
        files.map((path) => ({ id: path, path: join(folder, path), scores: null })),
        pipeline,
        { onSkip: (path, reason) => skipped.push({ path, reason }), onFlag: flags.add },
      ),
    imageOf: byPathOrName(known),
    close: () => pipeline.preprocessor.close(),
  };
}

/** A path as it stands, or a file's bare name where only one file has it. */
function byPathOrName(paths: ReadonlySet<string>): (name: string) => string | undefined {
  const named = new Map<string, string | undefined>();
  for (const path of paths) named.set(basename(path), named.has(basename(path)) ? undefined : path);
  return (name) => (paths.has(name) ? name : named.get(name));
}
