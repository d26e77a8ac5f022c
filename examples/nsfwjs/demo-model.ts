import { join } from 'node:path';
import type { Manifest } from '../../src/bundle/manifest.ts';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import type { Progress } from '../../src/engines/runtimes/ensure-runtime.ts';
import { CLASSES, type ModelName } from './models.ts';
import { rebuildH5, unpackLayersModel } from './rebuild.ts';

export interface DemoModel {
  readonly h5: string;
  readonly bundle: string;
  readonly manifest: Manifest;
  readonly convertMs: number;
}

/** Leaves `moderation_model.h5`, rebuilt from the public weights, and its bundle `moderation_model/` in `folder`. */
export async function makeDemoModel(model: ModelName, folder: string, progress: Progress): Promise<DemoModel> {
  const h5 = join(folder, 'moderation_model.h5');
  const bundle = join(folder, 'moderation_model');
  const example = join(packageRoot(), 'examples', 'nsfwjs');
  progress('unpacking the nsfwjs weights');
  await rebuildH5(await unpackLayersModel(model, join(folder, 'tfjs')), h5, progress);
  const started = performance.now();
  const { manifest } = await convert(h5, {
    output: bundle,
    classes: CLASSES,
    preprocess: join(example, 'preprocess.json'),
    policy: join(example, 'policy.json'),
    force: true,
    onProgress: progress,
  });
  return { h5, bundle, manifest, convertMs: performance.now() - started };
}
