import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelName } from '../../examples/nsfwjs/models.ts';
import { rebuildH5, unpackLayersModel } from '../../examples/nsfwjs/rebuild.ts';
import { packageRoot } from '../../src/core/package-root.ts';

/** Path of the real model's `moderation_model.h5`; rebuilt where the demo hasn't left it. */
export async function realModel(model: ModelName): Promise<string> {
  const folder = join(packageRoot(), 'demo', model);
  const h5 = join(folder, 'moderation_model.h5');
  if (!existsSync(h5)) await rebuildH5(await unpackLayersModel(model, join(folder, 'tfjs')), h5, (line) => console.error(line));
  return h5;
}
