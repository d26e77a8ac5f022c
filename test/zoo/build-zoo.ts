import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { tensorflowPython } from '../support/python-environments.ts';
import { runPython } from '../support/run-python.ts';

const here = join(packageRoot(), 'test', 'zoo');

/** The cases' names. The short form leaves out the large backbones (LARGE in cases.py). */
export function zooNames(full: boolean): readonly string[] {
  const lines = readFileSync(join(here, 'expected-cases.txt'), 'utf8').trim().split('\n');
  return lines.filter((line) => full || !line.endsWith(' large')).map((line) => line.replace(' large', ''));
}

/** The folder with `<case>.h5` and `<case>.npz`; made once by real TensorFlow, and again when the cases change. */
export async function buildZoo(full: boolean): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['cases.py', 'build_zoo.py']) hash.update(readFileSync(join(here, file)));
  const form = full ? 'full' : 'short';
  const folder = join(packageRoot(), '.cache', `zoo-${form}-${hash.digest('hex').slice(0, 12)}`);
  if (!existsSync(folder)) {
    rmSync(`${folder}.partial`, { recursive: true, force: true });
    await runPython(await tensorflowPython(), [join(here, 'build_zoo.py'), `${folder}.partial`, form]);
    renameSync(`${folder}.partial`, folder);
  }
  return folder;
}

/** Converts every case into `bundles/<case>`; gives the messages of those that failed. */
export async function convertZoo(zoo: string, bundles: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  rmSync(bundles, { recursive: true, force: true });
  mkdirSync(bundles, { recursive: true });
  const failures = new Map<string, string>();
  for (const name of names) {
    try {
      await convert(join(zoo, `${name}.h5`), { output: join(bundles, name) });
    } catch (error) {
      failures.set(name, (error as Error).message);
    }
  }
  return failures;
}
