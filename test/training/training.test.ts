import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { tensorflowPython, torchTestPython } from '../support/python-environments.ts';
import { runPython } from '../support/run-python.ts';

/** Float32 rounding of one forward and one backward pass. */
const TOLERANCE = 1e-5;
/** The same through the 140 layers of a whole backbone, whose gradients reach 0.4. */
const DEEP_TOLERANCE = 1e-4;
const DEEP = ['mobilenet_v3'];

const here = join(packageRoot(), 'test', 'training');

test('one SGD step gives the gradients, weights and moving statistics of TensorFlow', async () => {
  const folder = join(packageRoot(), '.cache', 'training');
  const [steps, bundles] = [join(folder, 'steps'), join(folder, 'bundles')];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(bundles, { recursive: true });
  await runPython(await tensorflowPython(), [join(here, 'build_steps.py'), steps]);
  for (const file of readdirSync(steps)) {
    if (file.endsWith('.h5')) await convert(join(steps, file), { output: join(bundles, file.slice(0, -3)), formats: ['python'] });
  }
  const failed: Record<string, unknown> = {};
  let cases = 0;
  await runPython(await torchTestPython(), [join(here, 'check_steps.py'), steps, bundles], (line) => {
    const { case: name, checks } = JSON.parse(line) as { case: string; checks: Record<string, number | string> };
    cases += 1;
    const tolerance = DEEP.includes(name) ? DEEP_TOLERANCE : TOLERANCE;
    const wrong = Object.entries(checks).filter(([, value]) => !(typeof value === 'number' && value <= tolerance));
    if (wrong.length > 0) failed[name] = Object.fromEntries(wrong);
  });
  expect(failed).toEqual({});
  expect(cases).toBe(readdirSync(steps).filter((file) => file.endsWith('.npz')).length);
});
