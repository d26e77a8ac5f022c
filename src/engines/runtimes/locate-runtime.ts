import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TorchliftError } from '../../core/errors.ts';
import { packageRoot } from '../../core/package-root.ts';
import { cacheFolder } from './cache-folder.ts';
import { findInterpreters, type Interpreter } from './find-interpreters.ts';
import { INTERPRETER_VARIABLES, type RuntimeName, type RuntimeSpecification, SPECIFICATIONS } from './specifications.ts';

/** Where a runtime stands, or would. */
export interface RuntimeLocation {
  readonly interpreter: Interpreter;
  /** The pinned versions. */
  readonly requirements: string;
  readonly folder: string;
  /** Path of its own interpreter. */
  readonly python: string;
}

/** The folder of all runtimes. */
export function runtimesFolder(): string {
  return join(cacheFolder(), 'runtimes');
}

/** The folder that belongs to the best interpreter there is and the versions pinned for it. Errors: `runtime-unavailable`. */
export async function locateRuntime(name: RuntimeName): Promise<RuntimeLocation> {
  const { interpreter, specification } = await choose(name);
  const requirements = join(packageRoot(), 'python', 'requirements', specification.requirements);
  const key = createHash('sha256').update(readFileSync(requirements)).update(interpreter.path).digest('hex').slice(0, 12);
  const folder = join(runtimesFolder(), `${name}-py${interpreter.version}-${key}`);
  return { interpreter, requirements, folder, python: join(folder, 'bin', 'python') };
}

/** Whether it was made to its end; a folder that isn't complete is made anew. */
export function isComplete(folder: string): boolean {
  return existsSync(completionMark(folder));
}

/** The file that is written last and goes first. */
export function completionMark(folder: string): string {
  return join(folder, 'complete');
}

async function choose(name: RuntimeName): Promise<{ interpreter: Interpreter; specification: RuntimeSpecification }> {
  const interpreters = await findInterpreters();
  for (const specification of SPECIFICATIONS[name]) {
    for (const version of specification.pythons) {
      const interpreter = interpreters.find((candidate) => candidate.version === version);
      if (interpreter !== undefined) return { interpreter, specification };
    }
  }
  const wanted = SPECIFICATIONS[name].flatMap(({ pythons }) => pythons).join(', ');
  throw new TorchliftError('runtime-unavailable', {
    what: `the ${name} runtime needs Python ${wanted}; found ${interpreters.map(({ version }) => version).join(', ') || 'none'}`,
    where: 'PATH and pyenv',
    remedy: `Install one (pyenv install 3.10, say), or name an interpreter that has ${name} in ${INTERPRETER_VARIABLES[name]}.`,
  });
}
