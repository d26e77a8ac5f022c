import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { PHOTO_CLASSES, writePhotoModel } from '../support/photo-model.ts';
import { pngOf } from '../support/png.ts';
import { BIN, runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('serve-cli');
const image = pngOf(64, 64, new Uint8Array(64 * 64 * 3).fill(77));
const running: ChildProcess[] = [];

beforeAll(async () => {
  await writePhotoModel(scratch.join('model.h5'));
  await convert(scratch.join('model.h5'), { output: scratch.join('bundle'), classes: PHOTO_CLASSES, preprocess: '0..1' });
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

interface Started {
  readonly child: ChildProcess;
  readonly address: string;
  readonly admin: string;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** The command, ready. */
async function start(command: string, args: readonly string[]): Promise<Started> {
  const flags = [
    'serve',
    '--model',
    scratch.join('bundle'),
    '--port',
    '0',
    '--admin-port',
    '0',
    '--workers',
    '1',
    '--keys',
    scratch.join('keys.json'),
  ];
  const child = spawn(command, [...args, ...flags], { cwd: packageRoot(), stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text: Buffer) => {
    stdout += text;
  });
  const ready = new Promise<readonly [string, string]>((resolve, reject) => {
    child.stderr?.on('data', (text: Buffer) => {
      stderr += text;
      const found = /on (http:\S+), metrics on (http:\S+)/.exec(stderr);
      if (found !== null) resolve([found[1] as string, found[2] as string]);
    });
    child.once('exit', () => reject(new Error(stderr)));
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const [address, admin] = await ready;
  return { child, address, admin, ended };
}

const moderate = (address: string, headers: Record<string, string> = {}) => fetch(`${address}/v1/moderate`, { method: 'POST', body: image, headers });

test('it serves, logs what it answered and nothing of what it held, and ends with 0 when it is asked to', async () => {
  const { child, address, ended } = await start(process.execPath, [BIN]);
  const answer = await moderate(address, { 'x-request-id': 'my-id' });
  expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ request_id: 'my-id', labels: [...PHOTO_CLASSES] })]);
  // What is on its way is answered.
  const last = Array.from({ length: 20 }, () => moderate(address));
  await last[0];
  child.kill('SIGTERM');
  const outcomes = await Promise.allSettled(last);
  expect(outcomes.every((outcome) => outcome.status === 'rejected' || [200, 503].includes(outcome.value.status))).toBe(true);
  const asked = performance.now();
  const { code, stdout } = await ended;
  expect(code).toBe(0);
  expect(performance.now() - asked).toBeLessThan(10_000);
  const [line = '{}'] = stdout.split('\n');
  expect(JSON.parse(line)).toMatchObject({ requestId: 'my-id', route: 'POST /v1/moderate', status: 200, milliseconds: expect.any(Number) });
  await expect(moderate(address)).rejects.toThrow();
});

test('started through npx, it ends when that is gone', async () => {
  const { child, address } = await start('npx', ['--no-install', 'torchlift']);
  expect((await moderate(address)).status).toBe(200);
  child.kill('SIGKILL');
  await expect
    .poll(
      () =>
        moderate(address)
          .then(() => 'serves')
          .catch(() => 'gone'),
      { timeout: 15_000 },
    )
    .toBe('gone');
});

test('with the first key every request needs one, without a restart', async () => {
  const { address, admin } = await start(process.execPath, [BIN]);
  expect((await moderate(address)).status).toBe(200);
  const keys = ['--keys', scratch.join('keys.json'), '--json'];
  const { token, id } = JSON.parse((await runCli(['keys', 'create', 'uploader', ...keys])).stdout) as { token: string; id: string };
  await expect.poll(async () => (await moderate(address)).status, { timeout: 10_000 }).toBe(401);
  expect((await moderate(address, { authorization: `Bearer ${token}` })).status).toBe(200);
  expect((await fetch(`${admin}/metrics`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(403);
  expect((await fetch(`${address}/healthz`)).status).toBe(200);
  const rotated = JSON.parse((await runCli(['keys', 'rotate', id, '--overlap', '0', ...keys])).stdout) as { token: string };
  await expect.poll(async () => (await moderate(address, { 'x-api-key': token })).status, { timeout: 10_000 }).toBe(401);
  expect((await moderate(address, { 'x-api-key': rotated.token })).status).toBe(200);
  const last = await runCli(['keys', 'revoke', JSON.parse((await runCli(['keys', 'list', ...keys])).stdout).keys[0].id, ...keys]);
  expect(last.exitCode).toBe(0);
});

test('what would be open to everyone is refused; so is a configuration that makes no sense', async () => {
  const model = ['--model', scratch.join('bundle'), '--keys', scratch.join('none.json')];
  const open = await runCli(['serve', ...model, '--host', '0.0.0.0', '--check']);
  expect([open.exitCode, open.stderr]).toEqual([2, expect.stringMatching(/no API key.*--no-auth/s)]);
  expect((await runCli(['serve', ...model, '--host', '0.0.0.0', '--no-auth', '--check'])).exitCode).toBe(0);
  writeFileSync(scratch.join('torchlift.yaml'), 'model: bundle\nprot: 80\n');
  const wrong = await runCli(['serve', '--config', scratch.join('torchlift.yaml'), '--check']);
  expect([wrong.exitCode, wrong.stderr]).toEqual([5, expect.stringContaining('prot')]);
  writeFileSync(scratch.join('torchlift.yaml'), 'model: bundle\n');
  expect((await runCli(['serve', '--config', scratch.join('torchlift.yaml'), '--check'])).exitCode).toBe(0);
});
