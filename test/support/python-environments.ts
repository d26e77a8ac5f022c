import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFolderLock } from '../../src/core/folder-lock.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { cacheFolder } from '../../src/engines/runtimes/cache-folder.ts';
import { ensureRuntime } from '../../src/engines/runtimes/ensure-runtime.ts';
import type { RuntimeName } from '../../src/engines/runtimes/specifications.ts';

const report = (line: string) => process.stderr.write(`  ${line}\n`);

/** Interpreter of the TensorFlow runtime. */
export async function tensorflowPython(): Promise<string> {
  return (await ensureRuntime('tensorflow', report)).python;
}

/** Interpreter with PyTorch and the tests' own packages. */
export function torchTestPython(): Promise<string> {
  return pythonOver('torch', 'torch-test', join(packageRoot(), 'test', 'requirements.txt'));
}

/** Interpreter with more packages: an environment over a runtime of ours, whose packages it sees through a .pth file. Made once. */
export async function pythonOver(runtime: RuntimeName, name: string, requirements: string, pipOptions: readonly string[] = []): Promise<string> {
  const { python: base } = await ensureRuntime(runtime, report);
  const key = createHash('sha256').update(readFileSync(requirements)).update(base).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(), 'runtimes', `${name}-${key}`);
  const python = join(folder, 'bin', 'python');
  await withFolderLock(
    `${folder}.lock`,
    () => report(`waiting for another process that makes the environment ${name}`),
    async () => {
      if (existsSync(join(folder, 'complete'))) return;
      report(`making the environment ${name} (once; ${folder})`);
      rmSync(folder, { recursive: true, force: true });
      run(base, '-m', 'venv', folder);
      writeFileSync(join(sitePackages(python), 'runtime.pth'), `${sitePackages(base)}\n`);
      run(
        python,
        '-m',
        'pip',
        'install',
        '--disable-pip-version-check',
        '-q',
        ...pipOptions,
        '-r',
        requirements,
        ...(process.env.TORCHLIFT_PIP_ARGS?.split(/\s+/).filter(Boolean) ?? []),
      );
      writeFileSync(join(folder, 'complete'), '');
    },
  );
  return python;
}

function sitePackages(python: string): string {
  return run(python, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))').trim();
}

function run(file: string, ...args: readonly string[]): string {
  return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
