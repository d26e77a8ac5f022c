import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withFolderLock } from './folder-lock.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'torchlift-lock-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const refuse = (owner: string) => {
  throw new Error(`held by ${owner}`);
};
const take = (lock: string) => withFolderLock(lock, refuse, async () => 'taken');
let locks = 0;
function lockOf(owner: unknown): string {
  const lock = join(folder, `lock-${locks++}`);
  mkdirSync(lock);
  if (owner !== undefined) writeFileSync(join(lock, 'owner.json'), JSON.stringify(owner));
  return lock;
}

test('who comes second is told who holds it, and it is free afterwards', async () => {
  const lock = join(folder, 'lock');
  await withFolderLock(lock, refuse, async () => {
    await expect(take(lock)).rejects.toThrow(`held by process ${process.pid}, ${lock}`);
  });
  expect(existsSync(lock)).toBe(false);
  expect(await take(lock)).toBe('taken');
});

test('a failure frees it too', async () => {
  const lock = join(folder, 'lock');
  await expect(
    withFolderLock(lock, refuse, async () => {
      throw new Error('inside');
    }),
  ).rejects.toThrow('inside');
  expect(await take(lock)).toBe('taken');
});

describe('a lock that a dead process left is taken over', () => {
  test('its number is nobody’s', async () => {
    expect(await take(lockOf({ pid: 2 ** 22 + 1, started: 'x' }))).toBe('taken');
  });

  test('its number is another process’s by now, or ours', async () => {
    expect(await take(lockOf({ pid: process.pid, started: 'on another day' }))).toBe('taken');
    expect(await take(lockOf({ pid: 1, started: 'on another day' }))).toBe('taken');
  });

  test('it was killed before it could sign', async () => {
    const lock = lockOf(undefined);
    await expect(take(lock)).rejects.toThrow(`held by ${lock}`);
    utimesSync(lock, 1, 1);
    expect(await take(lock)).toBe('taken');
  });

  test.runIf(process.platform === 'linux')('it is dead, and nobody has asked how it ended', async () => {
    // The shell's child ends; the shell becomes `sleep`, which never buries it.
    const child = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60']);
    try {
      const pid = Number(await new Promise<string>((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString()))));
      const [, ticks] = /^\S+ .*\) (?:\S+ ){19}(\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      const lock = lockOf({ pid, started: `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}` });
      await expect(take(lock)).rejects.toThrow(`process ${pid}`);
      await expect.poll(() => take(lock).catch(() => ''), { timeout: 10_000 }).toBe('taken');
    } finally {
      child.kill('SIGKILL');
    }
  });
});
