import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { openPreprocessor } from '../../src/engines/open-preprocessor.ts';
import { openRemote } from '../../src/engines/remote-engine.ts';
import { float32Elements, type Tensor } from '../../src/engines/tensor.ts';
import { loadConfig } from '../../src/gateway/config/load-config.ts';
import { type Gateway, serve } from '../../src/gateway/serve.ts';
import { PHOTO_CLASSES, writePhotoModel } from '../support/photo-model.ts';
import { pngOf } from '../support/png.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('serve');
const events: string[] = [];
let gateway: Gateway;
let address: string;
let image: Buffer;
let row: Tensor;
let expected: readonly number[];

beforeAll(async () => {
  await writePhotoModel(scratch.join('model.h5'));
  writeFileSync(
    scratch.join('policy.json'),
    JSON.stringify({ rules: { a: 'block', b: 'block', c: { review: 0.2 } }, on_failure: { 'image-too-large': 'review' } }),
  );
  const { bundle } = await convert(scratch.join('model.h5'), { output: scratch.join('bundle'), classes: PHOTO_CLASSES, preprocess: '0..1' });
  const random = seededRandom(7);
  image = pngOf(
    90,
    70,
    Uint8Array.from({ length: 90 * 70 * 3 }, () => Math.floor(256 * random())),
  );
  const config = loadConfig(undefined, { model: bundle, port: 0, adminPort: 0, device: 'cpu', workers: 2, policy: scratch.join('policy.json') });
  gateway = await serve(config, { onLine: (line) => events.push(line), onAnswer: () => {} });
  address = `http://127.0.0.1:${gateway.port}`;
  const preprocessor = await openPreprocessor({ source: scratch.join('bundle', 'preprocess.py'), progress: () => {} });
  const [prepared] = await preprocessor.run([image]);
  await preprocessor.close();
  if (prepared?.ok !== true) throw new Error('the image was refused');
  row = prepared.row;
});
afterAll(() => gateway?.close());

type Body = string | Buffer | FormData;
const post = (path: string, body: Body, headers: Record<string, string> = {}) => fetch(`${address}${path}`, { method: 'POST', body, headers });
/** REST prints nine digits: they read back as the same float32. */
const rowOf = (scores: readonly number[]) => scores.map((score) => expect.closeTo(score, 7));
const predict = '/v1/models/moderation:predict';

describe('one answer, whatever the contract', () => {
  beforeAll(async () => {
    const remote = await openRemote({ url: `${address}${predict}` });
    const { outputs } = await remote.run([row]);
    expected = [...float32Elements(outputs[0] as Tensor)];
    expect(expected.reduce((sum, score) => sum + score)).toBeCloseTo(1, 5);
  });

  test('an image as the raw body, whatever it is called', async () => {
    for (const type of ['image/png', 'image/jpeg', 'application/x-www-form-urlencoded', 'application/octet-stream']) {
      const answer = await post('/v1/moderate', image, { 'content-type': type, 'x-request-id': 'r-1' });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-request-id')).toBe('r-1');
      const { scores, ...rest } = (await answer.json()) as { scores: number[] };
      expect(scores).toEqual(expected);
      expect(rest).toMatchObject({ labels: PHOTO_CLASSES, variant: 'candidate', frames: 1, inspected: 1, flags: [], request_id: 'r-1' });
    }
  });

  test('as JSON with base64 or a data: URL', async () => {
    for (const text of [image.toString('base64'), `data:image/png;base64,${image.toString('base64')}`]) {
      const answer = await post('/v1/moderate', JSON.stringify({ image: text }), { 'content-type': 'application/json' });
      expect(await answer.json()).toMatchObject({ scores: expected });
    }
  });

  test('as a form: one file is answered bare, of several each has an answer or a problem of its own', async () => {
    const form = new FormData();
    form.set('note', 'before');
    form.append('whatever', new Blob([new Uint8Array(image)]), 'x.txt');
    expect(await (await post('/v1/moderate', form)).json()).toMatchObject({ scores: expected });
    form.append('other', new Blob(['no image']), 'y.png');
    const answer = await post('/v1/moderate', form);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      results: [{ scores: expected }, { status: 415, decision: 'undecided', reason: 'unsupported-image' }],
    });
  });

  test("TensorFlow Serving's rows and columns, as tensors and as files, compressed too", async () => {
    const b64 = { b64: image.toString('base64') };
    const one = (answer: Response) => answer.json() as Promise<Record<string, number[][]>>;
    expect(await one(await post(predict, JSON.stringify({ instances: [b64, b64] })))).toEqual({
      predictions: [rowOf(expected), rowOf(expected)],
    });
    expect(await one(await post(predict, JSON.stringify({ inputs: [b64] })))).toEqual({ outputs: [rowOf(expected)] });
    const folded = gzipSync(JSON.stringify({ signature_name: 'serving_default', instances: [{ image: b64 }] }));
    expect(await one(await post('/v1/models/moderation/versions/1:predict', folded, { 'content-encoding': 'gzip' }))).toEqual({
      predictions: [rowOf(expected)],
    });
  });

  test('the Open Inference Protocol, in binary and in JSON', async () => {
    const remote = await openRemote({ url: `${address}/v2/models/moderation` });
    expect(remote.signature).toEqual({
      inputs: [{ name: 'image', dtype: 'float32', shape: [-1, 64, 64, 3] }],
      outputs: [{ name: 'scores', dtype: 'float32', shape: [-1, 5] }],
    });
    const { outputs } = await remote.run([row]);
    expect([...float32Elements(outputs[0] as Tensor)]).toEqual(expected);
    const files = { inputs: [{ name: 'image', datatype: 'BYTES', shape: [1], parameters: { binary_data_size: image.byteLength + 4 } }], id: 'i-7' };
    const json = Buffer.from(JSON.stringify(files));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(image.byteLength);
    const answer = await post('/v2/models/moderation/infer', Buffer.concat([json, length, image]), {
      'inference-header-content-length': String(json.byteLength),
    });
    expect(await answer.json()).toMatchObject({ model_name: 'moderation', id: 'i-7', outputs: [{ name: 'scores', shape: [1, 5] }] });
  });
});

test('by status alone', async () => {
  const { decision } = (await (await post('/v1/moderate', image)).json()) as { decision: string };
  expect((await post('/v1/moderate?verdict=status', image)).status).toBe(decision === 'allow' ? 200 : 406);
  expect(await (await fetch(`${address}/v1/policy`)).json()).toMatchObject({ rules: { a: 'block' }, labels: PHOTO_CLASSES });
});

test("what couldn't be looked at is never allowed, unless the policy says what is done then", async () => {
  const large = bomb(20_000, 20_000);
  expect(await (await post('/v1/moderate', large)).json()).toMatchObject({ status: 413, decision: 'review', reason: 'image-too-large' });
  expect((await post('/v1/moderate?verdict=status', large)).status).toBe(406);
  expect((await post('/v1/moderate?verdict=status', Buffer.from('none'))).status).toBe(415);
});

describe('what is wrong is told in the form of its contract, and the connection goes on', () => {
  test.each<[string, string, Body, number, object]>([
    ['no JSON', predict, '{', 400, { error: expect.stringContaining('JSON') }],
    ['no image', '/v1/moderate', 'hello', 415, { code: 'unsupported-image', decision: 'undecided', request_id: expect.any(String) }],
    ['a wrong shape', predict, '{"instances":[[1,2]]}', 400, { error: expect.stringContaining('[-1,64,64,3]') }],
    ['another signature', predict, '{"signature_name":"x","instances":[1]}', 400, { error: expect.stringContaining('"x"') }],
    ['an unknown model', '/v1/models/none:predict', '{}', 404, { error: expect.stringContaining('Latest(none)') }],
    ['an unknown version', '/v1/models/moderation/versions/9:predict', '{}', 404, { error: expect.stringContaining('9') }],
    ['an unknown route', '/v2/nothing', '{}', 404, { error: expect.any(String) }],
    ['an empty batch', '/v2/models/moderation/infer', '{"inputs":[{"name":"image","datatype":"FP32","shape":[0,64,64,3],"data":[]}]}', 400, {}],
    ['an unknown input', '/v2/models/moderation/infer', '{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[1]}]}', 400, {}],
    ['500,000 brackets', predict, `{"instances":${'['.repeat(500_000)}`, 400, { error: expect.any(String) }],
    ['an image of 400 million pixels', '/v1/moderate', bomb(20_000, 20_000), 413, { code: 'image-too-large' }],
    ['half an image', '/v1/moderate', 'half', 400, { code: 'refused-input' }],
  ])('%s', async (_, path, body, status, told) => {
    const answer = await post(path, body === 'half' ? image.subarray(0, image.byteLength / 2) : body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject(told);
    expect((await post('/v1/moderate', image)).status).toBe(200);
  });

  test('a body over the limit is told so, also where it only unfolds to that', async () => {
    const large = await post('/v1/moderate', Buffer.alloc(21 << 20));
    expect([large.status, await large.json()]).toEqual([413, expect.objectContaining({ code: 'limit-exceeded' })]);
    const folded = await post('/v1/moderate', gzipSync(Buffer.alloc(21 << 20)), { 'content-encoding': 'gzip' });
    expect([folded.status, await folded.json()]).toEqual([413, expect.objectContaining({ code: 'limit-exceeded' })]);
  });

  test('a deadline that can not be met', async () => {
    const answer = await post('/v1/moderate', image, { 'x-request-timeout-ms': '0.001' });
    expect([503, 504]).toContain(answer.status);
    expect(await answer.json()).toMatchObject({ decision: 'undecided' });
  });
});

test('a worker that is killed costs nobody an answer', async () => {
  const before = events.length;
  const answers = Array.from({ length: 200 }, () => post('/v1/moderate', image));
  const [first] = gateway.workerPids;
  process.kill(first as number, 'SIGKILL');
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(events.slice(before).join()).toContain('SIGKILL');
});

test('figures for Prometheus, on a listener of their own', async () => {
  expect((await fetch(`${address}/metrics`)).status).toBe(404);
  const text = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();
  expect(text).toMatch(/torchlift_requests_total\{route="POST \/v1\/moderate",status="200"\} \d+/);
  expect(text).toMatch(/torchlift_worker_restarts_total\{arm="candidate"\} [1-9]/);
  expect(text).toContain('torchlift_workers_ready{arm="candidate"}');
  expect(text).toMatch(/torchlift_not_inspected_total\{format="png",reason="image-too-large"\} [1-9]/);
});

test('the dashboard asks for figures that there are', async () => {
  const dashboard = readFileSync(join(packageRoot(), 'deploy', 'grafana', 'torchlift.json'), 'utf8');
  const text = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();
  const known = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
  const asked = [...dashboard.matchAll(/\b((?:torchlift|process)_[a-z_]+?)(?:_bucket)?(?=\{)/g)].map(([, name]) => name);
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
});

/** A PNG whose header asks for so many pixels, and holds none. */
function bomb(width: number, height: number): Buffer {
  const small = pngOf(1, 1, new Uint8Array(3));
  small.writeUInt32BE(width, 16);
  small.writeUInt32BE(height, 20);
  return small;
}
