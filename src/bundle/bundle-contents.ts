import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './manifest.ts';

/** Python's cache is of the old source. */
const MADE: readonly string[] = ['manifest.json', '__pycache__'];

/**
 * The names in `folder` that no conversion put there; undefined where it isn't a bundle at all. Many programs keep a `manifest.json`,
 * so it counts only where it says that Torchlift wrote it. Nothing is hashed: a bundle whose files were edited is still one.
 */
export function foreignEntries(folder: string): readonly string[] | undefined {
  const entries = readdirSync(folder);
  if (entries.length === 0) return [];
  const artefacts = ownArtefacts(folder);
  return artefacts && entries.filter((name) => !MADE.includes(name) && !Object.hasOwn(artefacts, name));
}

/** Whether a folder is a bundle of ours. */
export function isBundle(folder: string): boolean {
  return ownArtefacts(folder) !== undefined;
}

function ownArtefacts(folder: string): Manifest['artefacts'] | undefined {
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  } catch {
    return undefined; // none, or not ours: both mean that the folder isn't a bundle
  }
  const isOwn = manifest?.tool?.name === 'torchlift' && typeof manifest.artefacts === 'object' && manifest.artefacts !== null;
  return isOwn ? manifest?.artefacts : undefined;
}
