import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TorchliftError } from '../../core/errors.ts';
import { withFolderLock } from '../../core/folder-lock.ts';
import { packageRoot } from '../../core/package-root.ts';
import { completionMark, isComplete, locateRuntime } from './locate-runtime.ts';
import { hasNvidiaDriver } from './nvidia-driver.ts';
import { checkOwnInterpreter } from './own-interpreter.ts';
import { INTERPRETER_VARIABLES, type RuntimeName } from './specifications.ts';

/** PyTorch's own index of CPU builds: the default wheel for Linux brings several GB of CUDA. */
const TORCH_CPU_INDEX = 'https://download.pytorch.org/whl/cpu';
/** Given up after this long for pip's own configuration: behind a firewall, the index answers nothing at all. */
const INDEX_PROBE_SECONDS = 4;

export interface Runtime {
  readonly name: RuntimeName;
  /** Path of its interpreter. */
  readonly python: string;
}

/** A line about what is going on, for people. */
export type Progress = (line: string) => void;

/**
 * The runtime's interpreter; made in the user's cache on first need (`python3 -m venv` + pip, versions pinned in `python/requirements`).
 * Errors: `runtime-unavailable` where no interpreter suits, or the user's own lacks the framework, `io` where pip fails.
 */
export async function ensureRuntime(name: RuntimeName, progress: Progress): Promise<Runtime> {
  const own = process.env[INTERPRETER_VARIABLES[name]];
  if (own) {
    await checkOwnInterpreter(name, own);
    return { name, python: own };
  }
  const { interpreter, requirements, folder, python } = await locateRuntime(name);
  if (!isComplete(folder)) {
    await withFolderLock(
      `${folder}.lock`,
      () => progress(`another process is making the ${name} runtime: waiting for it`),
      async () => {
        if (isComplete(folder)) return;
        rmSync(folder, { recursive: true, force: true });
        progress(`making the ${name} runtime with Python ${interpreter.version} (once; ${folder})`);
        await command(interpreter.path, ['-m', 'venv', folder], progress);
        await install(name, python, requirements, progress);
        writeFileSync(completionMark(folder), '');
      },
    );
  }
  return { name, python };
}

async function install(name: RuntimeName, python: string, requirements: string, progress: Progress): Promise<void> {
  const extra = process.env.TORCHLIFT_PIP_ARGS?.split(/\s+/).filter(Boolean) ?? [];
  const pip = (args: readonly string[]) => command(python, ['-m', 'pip', 'install', '--disable-pip-version-check', ...args, ...extra], progress);
  if (name === 'torch' && wantsCpuBuild()) {
    if (await answers(python, TORCH_CPU_INDEX)) {
      const torch = readFileSync(requirements, 'utf8')
        .split('\n')
        .find((line) => line.startsWith('torch=='));
      await pip(['--index-url', TORCH_CPU_INDEX, torch ?? 'torch']);
    } else {
      progress(`${new URL(TORCH_CPU_INDEX).host} can't be reached: taking torch from pip's own configuration`);
    }
  }
  await pip(['-r', requirements]);
  // The driver's own figures of the GPU, for benchmarks.
  if (name === 'torch' && hasNvidiaDriver()) await pip(['-r', join(packageRoot(), 'python', 'requirements', 'nvidia.txt')]);
}

function wantsCpuBuild(): boolean {
  return process.platform === 'linux' && !hasNvidiaDriver();
}

/** Asked through Python, so that proxies are taken from the environment as pip takes them. */
async function answers(python: string, url: string): Promise<boolean> {
  const script = `import urllib.request; urllib.request.urlopen(${JSON.stringify(`${url}/torch/`)}, timeout=${INDEX_PROBE_SECONDS})`;
  return new Promise((resolve) => {
    const child = spawn(python, ['-c', script], { stdio: 'ignore', timeout: INDEX_PROBE_SECONDS * 1000 });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/** Runs a command, its steps to `progress`; the last lines of what it printed stand in the error. */
function command(file: string, args: readonly string[], progress: Progress): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const tail: string[] = [];
    const read = (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n')) {
        const step = /^(Collecting \S+|Downloading \S+|Installing collected packages)/.exec(line.trim());
        if (step) progress(step[0]);
        if (line.trim() !== '') tail.push(line.trimEnd());
      }
      tail.splice(0, tail.length - 12);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    const fail = (what: string) =>
      reject(
        new TorchliftError('io', {
          what: `${args.includes('pip') ? 'pip install' : `${file} ${args.join(' ')}`} ${what}`,
          details: tail,
          remedy: "Check the network and pip's configuration; TORCHLIFT_PIP_ARGS adds arguments (an index, a proxy).",
        }),
      );
    child.on('error', (error) => fail(`couldn't start: ${error.message}`));
    child.on('close', (code, signal) => (code === 0 ? resolve() : fail(`ended with ${signal ?? code}`)));
  });
}
