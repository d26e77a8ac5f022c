import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { TorchliftError } from '../core/errors.ts';
import { diskError } from './file-sink.ts';

const PARTIAL = /^\.(.+)\.partial-(\d+)$/;

/** Throws `bundle-exists` where something stands at `folder` and may not be replaced; never replaces what isn't a bundle. */
export function assertWritable(folder: string, force: boolean): void {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory() || (!existsSync(join(folder, 'manifest.json')) && readdirSync(folder).length > 0)) {
    throw new TorchliftError('bundle-exists', {
      what: 'exists and is not a bundle, so it is not replaced',
      where: folder,
      remedy: 'Choose another folder with -o.',
    });
  }
  if (!force)
    throw new TorchliftError('bundle-exists', {
      what: 'already exists',
      where: folder,
      remedy: 'Use --force to replace it, or -o to choose another folder.',
    });
}

/**
 * Fills a folder beside its final place and moves it there in one rename: afterwards the whole folder is there, or nothing.
 * What an earlier process left when it was killed is removed. With `force`, the old folder goes only when the new one is complete.
 */
export async function writeFolderAtomically(folder: string, force: boolean, fill: (partial: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  assertWritable(target, force);
  const parent = dirname(target);
  const partial = join(parent, `.${basename(target)}.partial-${process.pid}`);
  try {
    mkdirSync(parent, { recursive: true });
    removeAbandoned(parent, basename(target));
    mkdirSync(partial);
  } catch (cause) {
    throw cause instanceof TorchliftError ? cause : diskError(target, cause);
  }
  const remove = () => rmSync(partial, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    await fill(partial);
    replace(target, partial);
  } finally {
    remove();
    process.removeListener('exit', remove);
  }
}

function replace(target: string, partial: string): void {
  const old = `${partial}-old`;
  try {
    const replaced = existsSync(target);
    if (replaced) renameSync(target, old);
    try {
      renameSync(partial, target);
    } catch (cause) {
      if (replaced) renameSync(old, target);
      throw cause;
    }
    if (replaced) rmSync(old, { recursive: true, force: true });
  } catch (cause) {
    throw diskError(target, cause);
  }
}

function removeAbandoned(parent: string, name: string): void {
  for (const entry of readdirSync(parent)) {
    const match = PARTIAL.exec(entry);
    if (match?.[1] === name && !isAlive(Number(match[2]))) rmSync(join(parent, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
