import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { TorchliftError } from '../../src/core/errors.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import type { Progress } from '../../src/engines/runtimes/ensure-runtime.ts';

/** Runs a script of this example; its printed lines go to `progress`, its errors into the message. */
export function runPython(python: string, script: string, args: readonly string[], progress: Progress): Promise<void> {
  return new Promise((resolve, reject) => {
    const path = join(packageRoot(), 'examples', 'nsfwjs', script);
    const child = spawn(python, [path, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', TF_USE_LEGACY_KERAS: '1', PYTHONUNBUFFERED: '1' },
    });
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => chunk.toString().split('\n').filter(Boolean).forEach(progress));
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-2000);
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new TorchliftError('worker-failed', { what: `ended with ${code}`, where: script, details: errors.trim().split('\n') })),
    );
  });
}
