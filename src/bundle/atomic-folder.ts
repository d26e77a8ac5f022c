import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { TorchliftError } from '../core/errors.ts';
import { foreignEntries } from './bundle-contents.ts';
import { diskError } from './file-sink.ts';
import { makeFolders } from './make-folders.ts';

/** What is being filled, with the number of the process that does; with `-old`, the bundle that is about to be replaced by it. */
const PARTIAL = /^\.(.+)\.partial-(\d+)(?:-[0-9a-f]+)?(-old)?$/;

/**
 * What this process fills now. A container's processes have the same few numbers each time: one that was killed there can't be told by its
 * number from the one that comes after it.
 */
const inProgress = new Set<string>();

/** Throws `bundle-exists` where something stands at `folder` and may not be replaced; never replaces what isn't a bundle. */
export function assertWritable(folder: string, force: boolean): void {
  let isBundle: boolean;
  try {
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    if (stat === undefined) return;
    isBundle = stat.isDirectory() && foreignEntries(folder) !== undefined;
  } catch (cause) {
    throw diskError(folder, cause);
  }
  if (!isBundle) {
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
 * Fills a folder beside its final place and moves it there in one rename: afterwards the whole folder is there, or nothing, the folders
 * above it included. What an earlier process left when it was killed is removed. With `force`, the old bundle goes only when the new one is
 * complete, and what no conversion wrote in it stays.
 */
export async function writeFolderAtomically(folder: string, force: boolean, fill: (partial: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  const parent = dirname(target);
  const partial = join(parent, `.${basename(target)}.partial-${process.pid}-${randomBytes(4).toString('hex')}`);
  let firstMade: string | undefined;
  let begun = false;
  const remove = () => {
    try {
      if (begun) rmSync(partial, { recursive: true, force: true });
    } catch {
      // The error that led here is the one to report; the next conversion to this place tries again.
    }
    if (firstMade !== undefined && !existsSync(target)) removeEmptyFolders(parent, firstMade);
  };
  process.once('exit', remove);
  inProgress.add(basename(partial));
  try {
    try {
      firstMade = makeFolders(parent);
      clearUpAfterTheKilled(target);
      assertWritable(target, force);
      mkdirSync(partial);
      begun = true;
    } catch (cause) {
      throw cause instanceof TorchliftError ? cause : diskError(target, cause);
    }
    await fill(partial);
    // Another process may have made it meanwhile.
    assertWritable(target, force);
    moveIntoPlace(partial, target, force);
  } finally {
    remove();
    inProgress.delete(basename(partial));
    process.removeListener('exit', remove);
  }
}

/** `folder` and those above it up to `last`, as far as nothing is in them. */
function removeEmptyFolders(folder: string, last: string): void {
  try {
    for (let path = folder; ; path = dirname(path)) {
      rmdirSync(path);
      if (path === last) return;
    }
  } catch {
    // Something else moved in: the folder is no longer only ours.
  }
}

/** Conversions to one place that replace each other's bundle; each of the others can come between only once. */
const MAX_ATTEMPTS = 100;

/** A rename never replaces a folder that has files in it, so whatever another process puts there in the meantime is noticed. */
function moveIntoPlace(partial: string, target: string, force: boolean): void {
  const old = `${partial}-old`;
  let hasOld = false;
  try {
    for (let attempt = 1; !isRenamed(partial, target); attempt++) {
      assertWritable(target, force && attempt < MAX_ATTEMPTS);
      keepForeignEntries(target, partial);
      // A second one that was in the way: only the newest is worth keeping until ours stands there.
      if (hasOld) rmSync(old, { recursive: true, force: true });
      hasOld = isMovedAside(target, old);
    }
  } catch (cause) {
    if (hasOld && !existsSync(target)) renameSync(old, target);
    throw cause instanceof TorchliftError ? cause : diskError(target, cause);
  }
  if (hasOld) rmSync(old, { recursive: true, force: true });
}

/** What no conversion wrote goes over into the new bundle: a user's notes, evidence, even the source. Copied, so that nothing is lost at any moment. */
function keepForeignEntries(target: string, partial: string): void {
  for (const name of (existsSync(target) && foreignEntries(target)) || []) {
    if (!existsSync(join(partial, name)))
      cpSync(join(target, name), join(partial, name), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  }
}

/** Not where a folder with files stands there. */
function isRenamed(partial: string, target: string): boolean {
  try {
    renameSync(partial, target);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

/** Not where nothing stands there any more. */
function isMovedAside(target: string, old: string): boolean {
  try {
    renameSync(target, old);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Removes what a killed process was filling. A bundle that it had moved aside, with nothing in its place yet, goes back. */
function clearUpAfterTheKilled(target: string): void {
  const parent = dirname(target);
  for (const entry of readdirSync(parent)) {
    const [, name, pid, isOld] = PARTIAL.exec(entry) ?? [];
    if (name !== basename(target) || isInProgress(entry, Number(pid))) continue;
    if (isOld !== undefined && !existsSync(target)) renameSync(join(parent, entry), target);
    else rmSync(join(parent, entry), { recursive: true, force: true });
  }
}

function isInProgress(entry: string, pid: number): boolean {
  return pid === process.pid ? inProgress.has(entry.replace(/-old$/, '')) : isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
