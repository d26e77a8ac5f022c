import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TorchliftError } from '../../core/errors.ts';
import { isComplete, locateRuntime, runtimesFolder } from './locate-runtime.ts';
import { INTERPRETER_VARIABLES, RUNTIME_NAMES, type RuntimeName } from './specifications.ts';

/** A virtual environment of ours on the disk. */
export interface InstalledRuntime {
  readonly name: RuntimeName;
  readonly folder: string;
  readonly sizeBytes: number;
  /** Whether it was made to its end. */
  readonly complete: boolean;
  /** Whether the next command uses it; older ones were made for other pinned versions or another interpreter. */
  readonly current: boolean;
  /** The interpreter that the environment variable names instead. */
  readonly overriddenBy: string | null;
}

/** Every runtime in the cache, by name, the current one first. Makes nothing. */
export async function listRuntimes(names: readonly RuntimeName[] = RUNTIME_NAMES): Promise<readonly InstalledRuntime[]> {
  const runtimes: InstalledRuntime[] = [];
  for (const name of names) {
    const folders = foldersOf(name);
    const current = folders.length === 0 ? undefined : await currentFolder(name);
    const found = folders.map((folder) => ({
      name,
      folder,
      sizeBytes: sizeOf(folder),
      complete: isComplete(folder),
      current: folder === current,
      overriddenBy: process.env[INTERPRETER_VARIABLES[name]] || null,
    }));
    runtimes.push(...found.sort((left, right) => Number(right.current) - Number(left.current)));
  }
  return runtimes;
}

function foldersOf(name: RuntimeName): readonly string[] {
  try {
    return readdirSync(runtimesFolder())
      .filter((entry) => entry.startsWith(`${name}-py`) && !entry.endsWith('.lock'))
      .sort()
      .map((entry) => join(runtimesFolder(), entry));
  } catch {
    return []; // no runtime was ever made here
  }
}

async function currentFolder(name: RuntimeName): Promise<string | undefined> {
  try {
    return (await locateRuntime(name)).folder;
  } catch (error) {
    // The interpreter it was made with may be gone; then none is current.
    if (error instanceof TorchliftError && error.code === 'runtime-unavailable') return undefined;
    throw error;
  }
}

/** Bytes of all files; links count as themselves. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(path) : (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0));
  }, 0);
}
