import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convert } from '../../src/convert/convert.ts';
import type { Engine, RunOptions } from '../../src/engines/engine.ts';
import { openOnnxRuntime } from '../../src/engines/onnxruntime-engine.ts';
import { openRemote } from '../../src/engines/remote-engine.ts';
import { hasNvidiaDriver } from '../../src/engines/runtimes/nvidia-driver.ts';
import { float32Elements, type Tensor } from '../../src/engines/tensor.ts';
import { openWorker, type WorkerEngine } from '../../src/engines/worker-engine.ts';
import { startModelServer } from '../support/model-server.ts';
import { onnxRuntimeFolder } from '../support/onnxruntime.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('engines');
const progress = () => {};
let tensorflow: WorkerEngine;
let torch: WorkerEngine;
let server: Awaited<ReturnType<typeof startModelServer>>;
let origin = '';

beforeAll(async () => {
  await writeKerasFile(scratch.join('tiny.h5'));
  await convert(scratch.join('tiny.h5'), { output: scratch.join('bundle') });
  process.env.TORCHLIFT_ONNXRUNTIME = await onnxRuntimeFolder();
  [server, tensorflow, torch] = await Promise.all([
    startModelServer(scratch.join('tiny.h5')),
    openWorker({ engine: 'tensorflow', model: scratch.join('tiny.h5'), threads: 1, progress }),
    openWorker({ engine: 'torch', model: scratch.join('bundle/model.pt'), threads: 1, progress }),
  ]);
  origin = server.origin;
});
afterAll(async () => {
  delete process.env.TORCHLIFT_ONNXRUNTIME;
  server?.stop();
  await Promise.all([tensorflow?.close(), torch?.close()]);
});

const batch = (rows: number): Tensor => ({
  dtype: 'float32',
  shape: [rows, 4],
  data: new Uint8Array(Float32Array.from({ length: rows * 4 }, (_, index) => Math.sin(index)).buffer),
});
const scoresOf = async (engine: Engine, rows: number, options?: RunOptions) => {
  const { outputs } = await engine.run([batch(rows)], options);
  expect(outputs.map(({ shape }) => shape)).toEqual([[rows, 2]]);
  return float32Elements(outputs[0] as Tensor);
};

async function expectSameScores(engine: Engine, options?: RunOptions): Promise<void> {
  for (const rows of [1, 7, 40]) {
    const expected = await scoresOf(tensorflow, rows, { call: 'predict' });
    const found = await scoresOf(engine, rows, options);
    found.forEach((score, index) => {
      expect(score).toBeCloseTo(expected[index] as number, 6);
    });
  }
}

test('the traced model, the called tf.function, torch and ONNX Runtime give what predict gives', async () => {
  expect(tensorflow.description).toMatch(/^tensorflow 2\.10\./);
  await expectSameScores(tensorflow, { call: 'function' });
  await expectSameScores(tensorflow);
  await expectSameScores(torch);
  const onnx = await openOnnxRuntime({ model: scratch.join('bundle/model.onnx'), threads: 1 });
  expect(onnx.description).toBe('onnxruntime 1.30.0');
  await expectSameScores(onnx);
  const { milliseconds, cpuMilliseconds, peakBytes } = await onnx.run([batch(2)]);
  expect([milliseconds, cpuMilliseconds, peakBytes].every((figure) => (figure as number) > 0)).toBe(true);
  await expect(onnx.run([batch(2), batch(2)])).rejects.toMatchObject({ code: 'usage' });
  await expect(onnx.run([{ ...batch(2), shape: [2, 2, 2] }])).rejects.toMatchObject({ code: 'worker-failed' });
  await onnx.close();
});

test('a method that the host lacks, or an option of another framework, is refused and the worker goes on', async () => {
  await expect(tensorflow.call('__init__', {}, [])).rejects.toMatchObject({
    code: 'worker-failed',
    message: expect.stringMatching(/unknown method/),
  });
  await expect(tensorflow.run([batch(1)], { precision: 'autocast' })).rejects.toMatchObject({ message: expect.stringMatching(/precision/) });
  expect((await tensorflow.run([batch(2)])).outputs[0]?.shape).toEqual([2, 2]);
});

test.skipIf(hasNvidiaDriver())('without a GPU, cuda is refused, and no figure of a GPU is made up', async () => {
  expect(torch.device).toBe('cpu');
  await torch.call('sample', { on: true }, []);
  const { tensors } = await torch.call('measure', { iterations: 5 }, [batch(2)]);
  expect(tensors[0]).toMatchObject({ dtype: 'float64', shape: [5] });
  expect((await torch.call('sample', { on: false }, [])).header).toMatchObject({ gpuUtilisation: null, gpuMemoryBytes: null });
  const model = scratch.join('bundle/model.pt');
  await expect(openWorker({ engine: 'torch', model, device: 'cuda', progress })).rejects.toMatchObject({
    code: 'runtime-unavailable',
    message: expect.stringMatching(/finds no GPU/),
  });
});

test.each(['/v1/models/tiny', '/v1/models/tiny:predict', '/v2/models/tiny', '/plain/v2/models/tiny/infer'])(
  'a served model gives the same: %s',
  async (path) => {
    const engine = await openRemote({ url: `${origin}${path}` });
    await expectSameScores(engine);
    await expect(engine.run([batch(1), batch(1)])).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(/takes 1 input/) });
    await expect(engine.run([{ ...batch(1), dtype: 'int32' }])).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(/float32/) });
    await expect(engine.runBytes([Buffer.from('x')])).rejects.toMatchObject({ code: 'usage' });
    await engine.close();
  },
);

/** Two rows of three pixels. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGPgEpGDIAY4CwANrAFp+FF+3AAAAABJRU5ErkJggg==';

test('an endpoint that takes bytes gets the images as they are', async () => {
  const engine = await openRemote({ url: `${origin}/v1/models/bytes` });
  const png = Buffer.from(PNG, 'base64');
  const { outputs } = await engine.runBytes([png, png]);
  expect([...float32Elements(outputs[0] as Tensor)]).toEqual([2, 3, 2, 3]);
  await expect(engine.runBytes([Buffer.from('no image')])).rejects.toMatchObject({ code: 'remote-refused', message: expect.stringMatching(/400/) });
});

test.each(['503', '429', 'cut'])('a passing fault (%s) costs one retry', async (fault) => {
  const engine = await openRemote({ url: `${origin}/v2/models/tiny?fault=${fault}` });
  await expectSameScores(engine);
});

test.each([
  ['garbled', /can't be read/],
  ['short', /answered scores \[1, 2\] to 4 rows/],
])('an answer that is %s is the fault of the server, which is named', async (fault, told) => {
  const engine = await openRemote({ url: `${origin}/v1/models/tiny?fault=${fault}` });
  await expect(engine.run([batch(4)])).rejects.toMatchObject({
    code: 'remote-failed',
    where: expect.stringContaining('/v1/models/tiny'),
    what: expect.stringMatching(told),
  });
});

test('what is no served model is named, with what the server said', async () => {
  const refusal = async (url: string) => openRemote({ url, timeoutMs: 300 }).catch((error: unknown) => String(error));
  expect(await refusal(`${origin}/v1/models/other`)).toMatch(/answered 404: Servable not found for request: Latest\(other\)/);
  expect(await refusal('http://127.0.0.1:1/v1/models/tiny?key=secret')).toMatch(
    /^TorchliftError: http:\/\/127\.0\.0\.1:1\/v1\/models\/tiny\/metadata: can't be/,
  );
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  expect(await refusal(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/v2/models/tiny`)).toMatch(/no answer within 0.3 s, three times/);
  silent.closeAllConnections();
  silent.close();
  const redirected = await openRemote({ url: `${origin}/v2/models/tiny?fault=redirect` });
  await expect(redirected.run([batch(1)])).rejects.toMatchObject({ code: 'remote-failed', message: expect.stringMatching(/answered 302/) });
});

test('without onnxruntime-node the error says how to come by it', async () => {
  const folder = process.env.TORCHLIFT_ONNXRUNTIME;
  process.env.TORCHLIFT_ONNXRUNTIME = scratch.path;
  try {
    await expect(openOnnxRuntime({ model: scratch.join('bundle/model.onnx') })).rejects.toMatchObject({
      code: 'runtime-unavailable',
      remedy: expect.stringMatching(/npm install onnxruntime-node/),
    });
  } finally {
    process.env.TORCHLIFT_ONNXRUNTIME = folder;
  }
});
