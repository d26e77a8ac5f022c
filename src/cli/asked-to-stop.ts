import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How often it is looked whether npx is still there. */
const LOOK_EVERY_MS = 500;

/**
 * Resolves when this process is asked to end: by SIGTERM or SIGINT, or, where npx or an npm script started it, when that is gone: npm ends at a signal
 * and passes none on to what it started through a shell.
 */
export function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.removeAllListeners(signal);
      process.once(signal, () => resolve());
    }
    if (process.env.npm_lifecycle_event === undefined) return;
    const [parent, above] = [process.ppid, parentOf(process.ppid)];
    const timer = setInterval(() => {
      if (process.ppid === parent && parentOf(parent) === above) return;
      clearInterval(timer);
      resolve();
    }, LOOK_EVERY_MS);
    timer.unref();
  });
}

/** Undefined where it is gone. */
function parentOf(pid: number): number | undefined {
  try {
    // proc(5): the second behind the name in brackets.
    if (process.platform === 'linux') return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return undefined;
  }
}
