import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { TorchliftError } from '../../core/errors.ts';
import { INTERPRETER_VARIABLES, type RuntimeName, SPECIFICATIONS } from './specifications.ts';

/** Looks for them without importing them, which takes seconds. */
const PROBE = `import importlib.util, sys
print("%d.%d" % sys.version_info[:2], *[name for name in sys.argv[1:] if importlib.util.find_spec(name) is None])`;
const PROBE_MS = 20_000;

/** Asked once in a process: every worker starts through here. */
const found = new Set<string>();

/** The interpreter that the user named instead of a runtime of ours. Errors: `runtime-unavailable` where it doesn't start or lacks the framework. */
export async function checkOwnInterpreter(name: RuntimeName, python: string): Promise<void> {
  if (found.has(`${name} ${python}`)) return;
  const variable = INTERPRETER_VARIABLES[name];
  const pythons = SPECIFICATIONS[name].flatMap((each) => each.pythons).join(', ');
  const refuse = (what: string, cause?: unknown) =>
    new TorchliftError('runtime-unavailable', {
      what,
      where: `${variable}=${python}`,
      remedy: `Install ${name} and numpy there, name another interpreter, or unset ${variable}: Torchlift makes a runtime of its own with Python ${pythons}.`,
      cause,
    });
  let answer: string;
  try {
    ({ stdout: answer } = await promisify(execFile)(python, ['-c', PROBE, 'numpy', name], { timeout: PROBE_MS }));
  } catch (cause) {
    throw refuse(`isn't a Python that starts (${(cause as NodeJS.ErrnoException).code ?? 'error'})`, cause);
  }
  const [version = '', ...missing] = answer.trim().split(' ');
  if (!/^3\.\d+$/.test(version)) throw refuse("isn't a Python 3");
  if (missing.length > 0) throw refuse(`Python ${version} there has no ${missing.join(' and no ')}`);
  found.add(`${name} ${python}`);
}
