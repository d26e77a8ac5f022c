import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureRuntime, type Progress } from '../../src/engines/runtimes/ensure-runtime.ts';
import { readExportedLiteral } from './evaluate-literal.ts';
import type { ModelName } from './models.ts';
import { NSFWJS } from './packages.ts';
import { runPython } from './run-python.ts';
import { unpackPackage } from './unpack-package.ts';

interface LayersModel {
  readonly modelTopology: unknown;
  readonly weightsManifest: readonly { readonly paths: readonly string[] }[];
}

/** The model as an ordinary tfjs layers model (`model.json` and shards) in `folder`. */
export async function unpackLayersModel(model: ModelName, folder: string): Promise<string> {
  const modelJson = join(folder, 'model.json');
  if (existsSync(modelJson)) return modelJson;
  const source = join(await unpackPackage(NSFWJS), 'dist', 'models', model);
  const literal = readExportedLiteral(readFileSync(join(source, 'model.min.js'), 'utf8')) as LayersModel;
  mkdirSync(folder, { recursive: true });
  for (const path of literal.weightsManifest.flatMap(({ paths }) => paths)) {
    const shard = readExportedLiteral(readFileSync(join(source, `${path}.min.js`), 'utf8')) as string;
    writeFileSync(join(folder, path), Buffer.from(shard, 'base64'));
  }
  writeFileSync(modelJson, JSON.stringify(literal));
  return modelJson;
}

/** `moderation_model.h5` with the model's weights and an Adam state, written by real TensorFlow. */
export async function rebuildH5(modelJson: string, h5: string, progress: Progress): Promise<void> {
  if (existsSync(h5)) return;
  const { python } = await ensureRuntime('tensorflow', progress);
  await runPython(python, 'build_h5.py', [modelJson, h5], progress);
}
