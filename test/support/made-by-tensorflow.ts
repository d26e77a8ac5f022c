import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../../src/core/package-root.ts';
import { tensorflowPython } from './python-environments.ts';
import { runPython } from './run-python.ts';

/** The folder that a script filled in the TensorFlow runtime: `script FOLDER`. Made once, and again when the script changes. */
export async function madeByTensorFlow(script: string): Promise<string> {
  const key = createHash('sha256').update(readFileSync(script)).digest('hex').slice(0, 12);
  const folder = join(packageRoot(), '.cache', `${basename(script, '.py')}-${key}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(join(packageRoot(), '.cache'), { recursive: true });
  await runPython(await tensorflowPython(), [script, partial]);
  renameSync(partial, folder);
  return folder;
}
