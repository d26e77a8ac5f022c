/**
 * npm run check:torch-2.1: every zoo bundle in torch 2.1.0, the oldest version that model.pt and model.py promise to run in. A script of its own,
 * because that version comes with 4.7 GB of CUDA packages.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/core/package-root.ts';
import { cacheFolder } from '../../src/engines/runtimes/cache-folder.ts';
import { findInterpreters } from '../../src/engines/runtimes/find-interpreters.ts';
import { runPython } from '../support/run-python.ts';
import { buildZoo, convertZoo, zooNames } from '../zoo/build-zoo.ts';

const TOLERANCE = 1e-4;

async function torch21Python(): Promise<string> {
  const folder = join(cacheFolder(), 'runtimes', 'torch-2.1.0');
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'complete'))) return python;
  const interpreter = (await findInterpreters()).find(({ version }) => ['3.11', '3.10', '3.9', '3.8'].includes(version));
  if (interpreter === undefined) throw new Error('torch 2.1.0 needs Python 3.8 to 3.11');
  console.error('installing torch 2.1.0 (once; several GB)');
  execFileSync(interpreter.path, ['-m', 'venv', '--clear', folder]);
  execFileSync(python, ['-m', 'pip', 'install', '-q', 'torch==2.1.0', 'numpy<2'], { stdio: ['ignore', 'inherit', 'inherit'] });
  writeFileSync(join(folder, 'complete'), '');
  return python;
}

const names = zooNames(false);
const zoo = await buildZoo(false);
const bundles = join(packageRoot(), '.cache', 'zoo-bundles-torch-2.1');
const failures = new Map<string, string>(await convertZoo(zoo, bundles, names));
let version = '';
let passed = 0;
await runPython(await torch21Python(), [join(packageRoot(), 'test', 'torch-2.1', 'check_archives.py'), zoo, bundles], (line) => {
  const result = JSON.parse(line) as { torch?: string; case: string; checks: Record<string, number | string> };
  if (result.torch !== undefined) {
    version = result.torch;
    return;
  }
  const wrong = Object.entries(result.checks).filter(([, value]) => !(typeof value === 'number' && value <= TOLERANCE));
  if (wrong.length === 0) passed += 1;
  for (const [name, value] of wrong) failures.set(`${result.case} ${name}`, String(value));
});
for (const [name, message] of failures) console.error(`${name}: ${message}`);
console.log(`torch ${version}\n${passed} passed, ${names.length - passed} failed`);
process.exitCode = passed === names.length ? 0 : 1;
