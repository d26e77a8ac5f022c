import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/**
 * Runs `action` while no other process holds the lock; one that a dead process left is taken over. `onWait` is told once that another holds it, and
 * may throw instead of waiting.
 */
export async function withFolderLock<T>(lock: string, onWait: () => void, action: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lock), { recursive: true });
  const owner = join(lock, 'pid');
  for (let waited = false; ; waited = true) {
    try {
      mkdirSync(lock);
      writeFileSync(owner, String(process.pid));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isAbandoned(owner)) rmSync(lock, { recursive: true, force: true });
      else {
        if (!waited) onWait();
        await setTimeout(500);
      }
    }
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await action();
  } finally {
    release();
    process.removeListener('exit', release);
  }
}

function isAbandoned(owner: string): boolean {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0);
    return false;
  } catch (error) {
    // ENOENT: the owner is between mkdir and write; it is alive.
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
