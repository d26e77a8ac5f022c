import { afterAll, beforeAll, expect, test } from 'vitest';
import { float32Elements, type Tensor } from '../../src/engines/tensor.ts';
import { openWorker, type WorkerEngine } from '../../src/engines/worker-engine.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('tensorflow');
let engine: WorkerEngine;

beforeAll(async () => {
  await writeKerasFile(scratch.join('tiny.h5'));
  engine = await openWorker({ engine: 'tensorflow', model: scratch.join('tiny.h5'), threads: 1, progress: () => {} });
});
afterAll(() => engine?.close());

const batch = (rows: number): Tensor => ({
  dtype: 'float32',
  shape: [rows, 4],
  data: new Uint8Array(Float32Array.from({ length: rows * 4 }, (_, index) => Math.sin(index)).buffer),
});

test('predict and the called tf.function give the same scores, for batches of any size', async () => {
  expect(engine.description).toMatch(/^tensorflow 2\.10\./);
  for (const rows of [1, 7, 40]) {
    const predicted = await engine.run([batch(rows)]);
    const called = await engine.run([batch(rows)], { call: 'function' });
    expect(called.outputs[0]?.shape).toEqual([rows, 2]);
    const [left, right] = [predicted, called].map(({ outputs: [scores] }) => float32Elements(scores as Tensor));
    for (const [index, score] of left?.entries() ?? []) expect(score).toBeCloseTo(right?.[index] as number, 6);
    expect(called.cpuMilliseconds).toBeGreaterThan(0);
  }
});

test('a method that the host lacks, or an option of another framework, is refused and the worker goes on', async () => {
  await expect(engine.call('__init__', {}, [])).rejects.toMatchObject({ code: 'worker-failed', message: expect.stringMatching(/unknown method/) });
  await expect(engine.run([batch(1)], { precision: 'autocast' })).rejects.toMatchObject({ message: expect.stringMatching(/precision/) });
  expect((await engine.run([batch(2)])).outputs[0]?.shape).toEqual([2, 2]);
});
