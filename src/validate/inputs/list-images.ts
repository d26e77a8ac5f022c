import { readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { orDiskError } from '../../bundle/file-sink.ts';
import { TorchliftError } from '../../core/errors.ts';
import { seededRandom } from '../../core/seeded-random.ts';

/** The files and links below `folder`, by path, without hidden ones; links to folders aren't followed. Errors: `file-not-found`, `io`. */
export function listImages(folder: string): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new TorchliftError('file-not-found', { what: 'there is no such folder', where: folder, remedy: 'Name a folder of images with --images.' });
  return orDiskError(folder, () => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() || (entry.isSymbolicLink() && !isFolder(join(entry.parentPath, entry.name))))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split(sep).some((part) => part.startsWith('.')))
    .sort();
}

function isFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory();
  } catch {
    return false; // a link to nothing, or in a circle: whoever reads it says so
  }
}

/** That many of them, by a fixed seed: two runs see the same. */
export function drawImages(files: readonly string[], samples: number | undefined): readonly string[] {
  if (samples === undefined || samples >= files.length) return files;
  // Fisher–Yates as far as needed, then in order again.
  const drawn = [...files];
  const random = seededRandom(1);
  for (let index = 0; index < samples; index++) {
    const other = index + Math.floor(random() * (drawn.length - index));
    [drawn[index], drawn[other]] = [drawn[other] as string, drawn[index] as string];
  }
  return drawn.slice(0, samples).sort();
}
