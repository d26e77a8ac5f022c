import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { FULL } from '../support/form.ts';
import { tensorflowPython, torchTestPython } from '../support/python-environments.ts';
import { runPython } from '../support/run-python.ts';

/**
 * Float32 rounding through tens of layers; a mistake is orders of magnitude larger. Outputs whose magnitude passes 1 are compared relative to it.
 */
const TOLERANCE = 1e-4;

const here = join(packageRoot(), 'test', 'zoo');
const names = zooNames();

/** The short form leaves out the large backbones (LARGE in cases.py). */
function zooNames(): readonly string[] {
  const source = readFileSync(join(here, 'expected-cases.txt'), 'utf8').trim().split('\n');
  return source.filter((line) => FULL || !line.endsWith(' large')).map((line) => line.replace(' large', ''));
}

const results = new Map<string, Readonly<Record<string, number | string>>>();

beforeAll(async () => {
  const zoo = await buildZoo();
  const bundles = join(packageRoot(), '.cache', 'zoo-bundles');
  rmSync(bundles, { recursive: true, force: true });
  mkdirSync(bundles, { recursive: true });
  for (const name of names) {
    try {
      await convert(join(zoo, `${name}.h5`), { output: join(bundles, name) });
    } catch (error) {
      results.set(name, { convert: (error as Error).message });
    }
  }
  await runPython(await torchTestPython(), [join(here, 'check_zoo.py'), zoo, bundles], (line) => {
    const { case: name, checks } = JSON.parse(line) as { case: string; checks: Record<string, number | string> };
    results.set(name, checks);
  });
}, 1_800_000);

/** Made once by real TensorFlow, and again when the cases change. */
async function buildZoo(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['cases.py', 'build_zoo.py']) hash.update(readFileSync(join(here, file)));
  const form = FULL ? 'full' : 'short';
  const folder = join(packageRoot(), '.cache', `zoo-${form}-${hash.digest('hex').slice(0, 12)}`);
  if (!existsSync(folder)) {
    rmSync(`${folder}.partial`, { recursive: true, force: true });
    await runPython(await tensorflowPython(), [join(here, 'build_zoo.py'), `${folder}.partial`, form]);
    renameSync(`${folder}.partial`, folder);
  }
  const made = readdirSync(folder).flatMap((file) => (file.endsWith('.h5') ? [file.slice(0, -3)] : []));
  expect(made.sort()).toEqual([...names].sort());
  return folder;
}

describe.each(names)('%s', (name) => {
  test('agrees with TensorFlow in every artefact', () => {
    const checks = results.get(name) ?? { missing: 'was not checked' };
    const failed = Object.entries(checks).filter(([, result]) => !(typeof result === 'number' && result <= TOLERANCE));
    expect(Object.fromEntries(failed)).toEqual({});
  });
});
