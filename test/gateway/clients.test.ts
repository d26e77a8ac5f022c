import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { loadConfig } from '../../src/gateway/config/load-config.ts';
import { type Gateway, serve } from '../../src/gateway/serve.ts';
import { PHOTO_CLASSES, writePhotoModel } from '../support/photo-model.ts';
import { pythonOver } from '../support/python-environments.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('clients');
const run = promisify(execFile);
let gateway: Gateway;
let python: string;

beforeAll(async () => {
  python = await pythonOver('torch', 'gateway-test', join(packageRoot(), 'test', 'gateway', 'requirements.txt'));
  await writePhotoModel(scratch.join('model.h5'));
  const { bundle } = await convert(scratch.join('model.h5'), { output: scratch.join('bundle'), classes: PHOTO_CLASSES, preprocess: '0..1' });
  const config = loadConfig(undefined, { model: bundle, port: 0, adminPort: 0, device: 'cpu', workers: 1, keys: scratch.join('keys.json') });
  gateway = await serve(config, { onLine: () => {}, onAnswer: () => {} });
});
afterAll(() => gateway?.close());

test("Triton's client: health, metadata, binary and JSON, a request's id, an error's form", async () => {
  const script = join(packageRoot(), 'test', 'gateway', 'triton_client.py');
  const { stdout } = await run(python, [script, `127.0.0.1:${gateway.port}`, 'moderation', 'image', 'scores']);
  const { ready, answers, refused } = JSON.parse(stdout);
  expect(ready).toEqual([true, true, true]);
  const [binary, json] = answers as { id: string; scores: number[][] }[];
  expect(binary).toEqual({ id: 'my-id', scores: [expect.any(Array), expect.any(Array)] });
  expect(json?.scores.flat()).toEqual(binary?.scores.flat().map((score) => expect.closeTo(score, 6)));
  expect(refused).toContain('Servable not found for request: Latest(none)');
});

test('schemathesis finds no answer that the description does not have', async () => {
  const checks = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';
  const args = ['run', `http://127.0.0.1:${gateway.port}/openapi.json`, '--max-examples', '10', '--seed', '1', '--checks', checks];
  // It ends with 1 where a check failed, and its report stands in the error then.
  const { stdout } = await run(join(dirname(python), 'st'), args, { cwd: scratch.path, maxBuffer: 1 << 26 });
  expect(stdout).toMatch(/(\d+) generated, \1 passed/);
});
