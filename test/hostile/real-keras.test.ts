import { copyFileSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/core/package-root.ts';
import { expectRefusal } from '../support/expect-refusal.ts';
import { madeByTensorFlow } from '../support/made-by-tensorflow.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('real-keras');
let made: string;
beforeAll(async () => {
  made = await madeByTensorFlow(join(packageRoot(), 'test/hostile/build_hostile.py'));
});

/** A folder of its own with these files, so that a canary would show. */
function work(...files: string[]): string {
  const folder = mkdtempSync(scratch.join('case-'));
  for (const file of files) copyFileSync(join(made, file), join(folder, file));
  return folder;
}

test.each([
  ['lambda.h5', 'double (Lambda)', 0],
  // The custom class and the lookups beside them are named too, but code decides.
  ['nested_lambda.h5', 'backbone/double (Lambda)', 1],
  ['lookup.h5', 'double (Lambda)', 2],
] as const)('%s: the bytecode that Keras runs when it loads the file is refused by name', async (name, layer, unsupported) => {
  const folder = work(name);
  const error = await expectRefusal(folder, ['convert', name], { code: 'unsafe-lambda', names: [name, layer] });
  expect(error.details).toHaveLength(1 + unsupported);
  const { exitCode, stdout, stderr } = await runCli(['inspect', name, '--json'], { cwd: folder });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ unsafe: [expect.anything()], unsupported: Array(unsupported).fill(expect.anything()) });
  expect(readdirSync(folder)).toEqual([name]);
});

test('custom classes are listed at once', async () => {
  const error = await expectRefusal(work('custom.h5'), ['convert', 'custom.h5'], { code: 'unsupported', names: ['custom.h5', 'Attention'] });
  expect(error.details.map((line) => line.split(' ')[0])).toEqual(['attention', 'more_attention']);
});

test('save_weights, with and without to_json', async () => {
  const folder = work('weights.h5', 'architecture.json', 'innocent.h5');
  await expectRefusal(folder, ['convert', 'weights.h5'], { code: 'weights-only', names: ['weights.h5'] });
  for (const args of [['weights.h5', '--architecture', 'architecture.json'], ['innocent.h5']]) {
    const { exitCode, stderr } = await runCli(['convert', ...args], { cwd: folder });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  }
  const { stdout } = await runCli(['inspect', 'innocent.h5', '--json'], { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({ unsafe: [], unsupported: [], parameters: { total: 10, trainable: 10 } });
});

test('a chunk that unpacks to gigabytes ends early', async () => {
  const folder = work('bomb.h5');
  const started = performance.now();
  await expectRefusal(folder, ['convert', 'bomb.h5'], { code: 'malformed-file', names: ['bomb.h5', 'scores/kernel:0'] });
  expect(performance.now() - started).toBeLessThan(15_000);
});

test('a SavedModel is told by name', async () => {
  const folder = mkdtempSync(scratch.join('case-'));
  for (const command of ['convert', 'inspect']) {
    const error = await expectRefusal(folder, [command, join(made, 'saved_model')], { code: 'unsupported', names: ['SavedModel'] });
    expect(error.remedy).toContain('.h5');
  }
  expect(existsSync(join(folder, 'canary'))).toBe(false);
});
