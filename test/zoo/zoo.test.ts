import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readManifest } from '../../src/bundle/read-bundle.ts';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { openWorker } from '../../src/engines/worker-engine.ts';
import { compareLayers } from '../../src/validate/layers/compare-layers.ts';
import { FULL } from '../support/form.ts';
import { torchTestPython } from '../support/python-environments.ts';
import { randomInputs } from '../support/random-inputs.ts';
import { runPython } from '../support/run-python.ts';
import { buildZoo, convertZoo, zooNames } from './build-zoo.ts';

/**
 * Float32 rounding through tens of layers; a mistake is orders of magnitude larger. Outputs whose magnitude passes 1 are compared relative to it.
 */
const TOLERANCE = 1e-4;

const names = zooNames(FULL);
const bundles = join(packageRoot(), '.cache', 'zoo-bundles');
const results = new Map<string, Readonly<Record<string, number | string>>>();

beforeAll(async () => {
  const zoo = await buildZoo(FULL);
  const made = readdirSync(zoo).flatMap((file) => (file.endsWith('.h5') ? [file.slice(0, -3)] : []));
  expect(made.sort()).toEqual([...names].sort());
  for (const [name, message] of await convertZoo(zoo, bundles, names)) results.set(name, { convert: message });
  await runPython(await torchTestPython(), [join(packageRoot(), 'test', 'zoo', 'check_zoo.py'), zoo, bundles, FULL ? '1' : '5'], (line) => {
    const { case: name, checks } = JSON.parse(line) as { case: string; checks: Record<string, number | string> };
    results.set(name, checks);
  });
}, 1_800_000);

describe.each(names)('%s', (name) => {
  test('agrees with TensorFlow in every artefact', () => {
    const checks = results.get(name) ?? { missing: 'was not checked' };
    const failed = Object.entries(checks).filter(([, result]) => !(typeof result === 'number' && result <= TOLERANCE));
    expect(Object.fromEntries(failed)).toEqual({});
  });
});

/** Of the large ones one with a fused hard-swish, one whose operators are no layers. */
const TAPPED = names.filter((name) => FULL || !name.startsWith('application_') || /MobileNetV3Small|RegNetX002/.test(name));

test('every call gives what its tap in model.pt gives', async () => {
  const zoo = await buildZoo(FULL);
  const paths = (name: string) => [join(zoo, `${name}.h5`), join(bundles, name, 'model.pt')] as const;
  const options = { device: 'cpu', progress: () => {} } as const;
  const [keras, archive] = paths(TAPPED[0] as string);
  const [reference, candidate] = await Promise.all([
    openWorker({ ...options, engine: 'tensorflow', model: keras }),
    openWorker({ ...options, engine: 'torch', model: archive }),
  ]);
  const wrong: Record<string, unknown> = {};
  try {
    for (const name of TAPPED) {
      const [model, converted] = paths(name);
      await Promise.all([reference.call('load', { model }, []), candidate.call('load', { model: converted }, [])]);
      const manifest = readManifest(join(bundles, name));
      const { firstDivergence, unmatched } = await compareLayers({ manifest, reference, candidate, inputs: randomInputs(manifest, 2) });
      if (firstDivergence !== null || unmatched.length > 0) wrong[name] = { firstDivergence, unmatched };
    }
  } finally {
    await Promise.all([reference.close(), candidate.close()]);
  }
  expect(wrong).toEqual({});
});

test('model.onnx converted again gives the other files byte for byte', async () => {
  const again = join(packageRoot(), '.cache', 'zoo-again');
  const different: string[] = [];
  for (const name of names) {
    await convert(join(bundles, name, 'model.onnx'), { output: again, force: true });
    for (const file of ['model.onnx', 'model.py', 'model.safetensors', 'model.pt']) {
      if (!readFileSync(join(again, file)).equals(readFileSync(join(bundles, name, file)))) different.push(`${name}/${file}`);
    }
  }
  rmSync(again, { recursive: true, force: true });
  expect(different).toEqual([]);
});

test('ruff and mypy are quiet about every emitted source', async () => {
  const sources = join(packageRoot(), '.cache', 'zoo-sources');
  rmSync(sources, { recursive: true, force: true });
  mkdirSync(sources, { recursive: true });
  for (const name of names) {
    const source = join(bundles, name, 'model.py');
    if (existsSync(source)) copyFileSync(source, join(sources, `${name}.py`));
  }
  const python = await torchTestPython();
  // Isolated from this project's own settings: a user has the defaults.
  await runPython(python, ['-m', 'ruff', 'check', '--isolated', sources]);
  await runPython(python, ['-m', 'mypy', '--config-file=', '--cache-dir', join(packageRoot(), '.cache', 'mypy'), sources]);
  expect(readdirSync(sources).length).toBe(names.length);
});
