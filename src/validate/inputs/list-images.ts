import { readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { TorchliftError } from '../../core/errors.ts';
import { seededRandom } from './random.ts';

/**
 * The files below `folder`, by path, without hidden ones; links to folders aren't followed. With `samples`, that many of them, drawn by a fixed
 * seed: two runs see the same. Errors: `file-not-found`.
 */
export function listImages(folder: string, samples: number | undefined): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new TorchliftError('file-not-found', { what: 'there is no such folder', where: folder, remedy: 'Name a folder of images with --images.' });
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split(sep).some((part) => part.startsWith('.')) && statSync(join(folder, path), { throwIfNoEntry: false })?.isFile())
    .sort();
  return samples === undefined || samples >= files.length ? files : draw(files, samples);
}

/** Fisher–Yates as far as needed, then in order again. */
function draw(files: readonly string[], samples: number): readonly string[] {
  const drawn = [...files];
  const random = seededRandom(1);
  for (let index = 0; index < samples; index++) {
    const other = index + Math.floor(random() * (drawn.length - index));
    [drawn[index], drawn[other]] = [drawn[other] as string, drawn[index] as string];
  }
  return drawn.slice(0, samples).sort();
}
