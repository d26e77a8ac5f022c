import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export interface Interpreter {
  readonly path: string;
  /** `3.10` */
  readonly version: string;
}

const EXECUTABLE = /^python(3(\.\d+)?)?$/;
const PROBE = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2]); print(sys.executable)';

/** Asked once in a process: starting every Python takes a second. */
let found: Promise<readonly Interpreter[]> | undefined;

/** Every Python on PATH and in pyenv that starts and can make virtual environments, in that order, each once. */
export function findInterpreters(): Promise<readonly Interpreter[]> {
  found ??= probeAll();
  return found;
}

async function probeAll(): Promise<readonly Interpreter[]> {
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) =>
    list(folder)
      .filter((name) => EXECUTABLE.test(name))
      .map((name) => join(folder, name)),
  );
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const inPyenv = list(pyenv).map((version) => join(pyenv, version, 'bin', 'python3'));
  const probed = await Promise.all([...new Set([...onPath, ...inPyenv])].map(probe));
  const byPath = new Map<string, Interpreter>();
  for (const interpreter of probed) if (interpreter !== undefined && !byPath.has(interpreter.path)) byPath.set(interpreter.path, interpreter);
  return [...byPath.values()];
}

async function probe(path: string): Promise<Interpreter | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-c', PROBE], { timeout: 20_000 });
    const [version = '', executable = path] = stdout.trim().split('\n');
    return { path: executable, version };
  } catch {
    return undefined; // a pyenv shim without a version behind it, say: not an interpreter that could be used
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
