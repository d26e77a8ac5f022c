import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashFiles } from '../../src/bundle/hash-file.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { ensureRuntime, type Progress } from '../../src/engines/runtimes/ensure-runtime.ts';
import { PHOTOS } from './packages.ts';
import { runPython } from './run-python.ts';
import { unpackPackage } from './unpack-package.ts';

const SCRIPT = 'draw_samples.py';

/** Draws `count` crops into `<folder>/images`, once for a model and a count; a second run takes what is there. Returns the folder of images. */
export async function drawSamples(h5: string, folder: string, count: number, progress: Progress): Promise<string> {
  const images = join(folder, 'images');
  const script = join(packageRoot(), 'examples', 'nsfwjs', SCRIPT);
  const key = createHash('sha256')
    .update(hashFiles([script, h5]))
    .update(String(count))
    .digest('hex');
  const record = join(folder, 'samples.key');
  if (existsSync(record) && readFileSync(record, 'utf8') === key) return images;
  const { python } = await ensureRuntime('tensorflow', progress);
  const photos: string[] = [];
  for (const photo of PHOTOS) {
    progress(`fetching ${photo.name}`);
    photos.push(join(await unpackPackage(photo), 'data', 'image.jpg'));
  }
  await runPython(python, SCRIPT, [h5, folder, String(count), ...photos], progress);
  writeFileSync(record, key);
  return images;
}
