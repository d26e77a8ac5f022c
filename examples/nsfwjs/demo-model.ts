import { join } from 'node:path';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import type { Progress } from '../../src/engines/runtimes/ensure-runtime.ts';
import { CLASSES, type ModelName } from './models.ts';
import { rebuildH5, unpackLayersModel } from './rebuild.ts';

const example = join(packageRoot(), 'examples', 'nsfwjs');

/** What a conversion has to be told of the model. */
export const DEMO_OPTIONS = {
  classes: CLASSES,
  preprocess: join(example, 'preprocess.json'),
  policy: join(example, 'policy.json'),
} as const;

/** Leaves `moderation_model.h5`, rebuilt from the public weights, in `folder`. Returns its path. */
export async function makeDemoH5(model: ModelName, folder: string, progress: Progress): Promise<string> {
  const h5 = join(folder, 'moderation_model.h5');
  progress('unpacking the nsfwjs weights');
  await rebuildH5(await unpackLayersModel(model, join(folder, 'tfjs')), h5, progress);
  return h5;
}

/** Leaves the model as `.h5`, and its bundle `moderation_model/` beside it. */
export async function makeDemoModel(model: ModelName, folder: string, progress: Progress): Promise<void> {
  const h5 = await makeDemoH5(model, folder, progress);
  await convert(h5, { ...DEMO_OPTIONS, output: join(folder, 'moderation_model'), force: true, onProgress: progress });
}
