import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Who holds a lock: numbers of processes come again, so a start belongs to them. */
interface LockOwner {
  readonly pid: number;
  readonly started: string;
}

/** Between making a lock and writing who made it. */
const UNSIGNED_MS = 10_000;

/**
 * Runs `action` while no other process holds the lock, a folder; one that a dead process left is taken over. `onWait` is told once who holds it, and
 * may throw instead of waiting.
 */
export async function withFolderLock<T>(lock: string, onWait: (owner: string) => void, action: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lock), { recursive: true });
  const signature = join(lock, 'owner.json');
  for (let waited = false; ; waited = true) {
    try {
      mkdirSync(lock);
      const owner: LockOwner = { pid: process.pid, started: startOf(process.pid) ?? '' };
      writeFileSync(signature, JSON.stringify(owner));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = readOwner(signature);
      if (owner === undefined ? isOld(lock) : startOf(owner.pid) !== owner.started) bury(lock, owner);
      else {
        if (!waited) onWait(owner === undefined ? lock : `process ${owner.pid}, ${lock}`);
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

/** Takes away what a dead process left, unless another one was quicker and holds the lock by now. */
function bury(lock: string, owner: LockOwner | undefined): void {
  const grave = `${lock}.${process.pid}`;
  try {
    renameSync(lock, grave);
  } catch {
    return; // somebody else did
  }
  const buried = readOwner(join(grave, 'owner.json'));
  if (buried?.pid === owner?.pid && buried?.started === owner?.started) rmSync(grave, { recursive: true, force: true });
  else renameSync(grave, lock);
}

/** Undefined where its maker hasn't written it, or was killed before. */
function readOwner(signature: string): LockOwner | undefined {
  try {
    const { pid, started } = JSON.parse(readFileSync(signature, 'utf8')) as Partial<LockOwner>;
    return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : undefined;
  } catch {
    return undefined;
  }
}

function isOld(lock: string): boolean {
  const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - made > UNSIGNED_MS;
}

/** What tells a living process from an earlier one of the same number; undefined where it is dead, or only waits to be buried. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // proc(5): behind the name in brackets the state, and as the 20th from there the start, in ticks since the machine's.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return fields[0] === 'Z' ? undefined : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
    }
    const [state = '', ...started] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}
