import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('runtime');
const runtime = (...args: readonly string[]) =>
  runCli(['runtime', ...args], { env: { TORCHLIFT_CACHE: scratch.path, TORCHLIFT_TENSORFLOW_PYTHON: '', TORCHLIFT_TORCH_PYTHON: '' } });

/** What an older version left. */
function leaveOld(name: string, complete = true): string {
  const folder = scratch.join('runtimes', name);
  mkdirSync(`${folder}/lib`, { recursive: true });
  writeFileSync(`${folder}/lib/weights.bin`, Buffer.alloc(2_500_000));
  if (complete) writeFileSync(`${folder}/complete`, '');
  return folder;
}

test('list, remove: with sizes, only what was asked for, and nothing of anybody else', async () => {
  expect((await runtime('list')).stdout).toMatch(/^torch +— .*first need\ntensorflow +— /);
  const torch = leaveOld('torch-py3.11-0123456789ab');
  const tensorflow = leaveOld('tensorflow-py3.10-0123456789ab', false);
  const other = leaveOld('torch-test-0123456789ab');
  const { stdout, exitCode } = await runtime('list', '--json');
  expect(exitCode).toBe(0);
  const record = { current: false, overriddenBy: null };
  expect(JSON.parse(stdout)).toEqual({
    schema: 1,
    runtimes: [
      { name: 'torch', folder: torch, sizeBytes: 2_500_000, complete: true, ...record },
      { name: 'tensorflow', folder: tensorflow, sizeBytes: 2_500_000, complete: false, ...record },
    ],
  });
  expect((await runtime('list')).stdout).toMatch(/torch +2\.50 MB .*\(not in use\)\ntensorflow +2\.50 MB .*\(incomplete\)/);
  expect((await runtime('remove', 'torch')).stdout).toBe(`removed ${torch}, 2.50 MB\n`);
  expect([torch, tensorflow, other].map((folder) => existsSync(folder))).toEqual([false, true, true]);
  expect(JSON.parse((await runtime('remove', '--json')).stdout)).toMatchObject({ removed: [{ name: 'tensorflow' }] });
  expect((await runtime('remove')).stdout).toBe('nothing to remove\n');
  expect(readFileSync(`${other}/lib/weights.bin`)).toHaveLength(2_500_000);
});

test('a runtime that is no runtime is refused; an interpreter of the user is named and used', async () => {
  const wrong = await runtime('install', 'keras');
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringMatching(/torch, tensorflow/)]);
  // Says that it lacks nothing.
  const mine = scratch.join('mine');
  writeFileSync(mine, '#!/bin/sh\necho 3.11\n', { mode: 0o755 });
  const env = { TORCHLIFT_CACHE: scratch.path, TORCHLIFT_TORCH_PYTHON: mine };
  const own = await runCli(['runtime', 'install', 'torch', '--json'], { env });
  expect(JSON.parse(own.stdout)).toEqual({ schema: 1, installed: [{ name: 'torch', python: mine }] });
  const listed = await runCli(['runtime', 'list'], { env });
  expect(listed.stdout).toMatch(new RegExp(`^torch +${mine} \\(TORCHLIFT_TORCH_PYTHON\\)`));
});
