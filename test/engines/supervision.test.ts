import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Supervision } from '../../src/engines/supervised-worker.ts';
import { float32Elements, type Tensor } from '../../src/engines/tensor.ts';
import { openWorker, type WorkerEngine } from '../../src/engines/worker-engine.ts';
import { MemorySink } from '../../src/formats/files/memory-sink.ts';
import { writeTorchArchive } from '../../src/formats/torch-archive/write-torch-archive.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('supervision');
const restarts: string[] = [];
let engine: WorkerEngine | undefined;

/** Doubles; never comes back from a batch that begins with 13; needs pairs. */
const CODE = `class Double(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def forward(self: __torch__.Double,
    x: Tensor) -> Tensor:
    poison = torch.eq(torch.item(torch.select(x, 0, 0)), 13)
    _0 = bool(poison)
    y = x
    while _0:
      y = torch.neg(y)
    return torch.mul(torch.reshape(y, [-1, 2]), 2)
`;

beforeEach(() => {
  const sink = new MemorySink();
  writeTorchArchive(sink, { name: 'double', className: 'Double', code: CODE, attributes: [['training', false]] });
  writeFileSync(scratch.join('double.pt'), sink.bytes());
});
afterEach(async () => {
  await engine?.close();
  engine = undefined;
  restarts.length = 0;
});

async function open(supervision: Partial<Supervision> = {}): Promise<WorkerEngine> {
  engine = await openWorker({
    engine: 'torch',
    model: scratch.join('double.pt'),
    threads: 1,
    progress: () => {},
    supervision: { deadlineMs: 60_000, onRestart: (why) => restarts.push(why), ...supervision },
  });
  return engine;
}

const floats = (...values: number[]): Tensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: new Uint8Array(Float32Array.from(values).buffer),
});
const first = async (answer: ReturnType<WorkerEngine['run']>) => float32Elements((await answer).outputs[0] as Tensor)[0];

test('killed twice with requests in flight: each is answered once, in order, by whoever comes next', async () => {
  const worker = await open();
  const { pid } = worker;
  // Stopped, so that it surely has the requests and hasn't answered them when it is killed.
  process.kill(pid, 'SIGSTOP');
  const order: number[] = [];
  const answers = Array.from({ length: 12 }, async (_, index) => {
    const value = await first(worker.run([floats(index, 0)]));
    order.push(index);
    return value;
  });
  process.kill(pid, 'SIGKILL');
  await answers[3];
  expect(worker.pid).not.toBe(pid);
  process.kill(worker.pid, 'SIGKILL');
  const later = first(worker.run([floats(100, 0)]));
  expect(await Promise.all(answers)).toEqual(Array.from({ length: 12 }, (_, index) => 2 * index));
  expect(await later).toBe(200);
  expect(order).toEqual(Array.from({ length: 12 }, (_, index) => index));
  expect(restarts).toEqual([expect.stringMatching(/SIGKILL/), expect.stringMatching(/SIGKILL/)]);
});

test('hung: replaced at the deadline; what hangs two workers fails alone; a refusal costs none; without a worker, all fails', async () => {
  const worker = await open({ deadlineMs: 1500 });
  process.kill(worker.pid, 'SIGSTOP');
  expect(await first(worker.run([floats(4, 0)]))).toBe(8);
  expect(restarts).toEqual([expect.stringMatching(/no answer within 1.5 s/)]);

  const poison = worker.run([floats(13, 0)]);
  const behind = first(worker.run([floats(5, 0)]));
  const refused = worker.run([floats(1, 2, 3)]);
  refused.catch(() => {}); // looked at below
  await expect(poison).rejects.toMatchObject({ code: 'worker-failed', message: expect.stringMatching(/no answer/) });
  expect(await behind).toBe(10);
  await expect(refused).rejects.toMatchObject({ message: expect.stringMatching(/refused/) });
  expect(restarts).toHaveLength(3);

  writeFileSync(scratch.join('double.pt'), 'gone');
  process.kill(worker.pid, 'SIGKILL');
  await expect(worker.run([floats(1, 0)])).rejects.toMatchObject({ code: 'worker-failed' });
  await expect(worker.run([floats(1, 0)])).rejects.toMatchObject({ code: 'worker-failed' });
});

test('grown past its cap: replaced between two requests; a request that alone exceeds it is an error', async () => {
  // torch alone takes about 240 MB.
  const worker = await open({ memoryCapBytes: 450e6 });
  const large: Tensor = { dtype: 'float32', shape: [40_000_000], data: new Uint8Array(160_000_000) };
  expect(await first(worker.run([floats(1, 0)]))).toBe(2);
  expect(await first(worker.run([large]))).toBe(0);
  await expect(worker.run([large])).rejects.toMatchObject({ code: 'limit-exceeded', message: expect.stringMatching(/450 MB, in one request/) });
  expect(await first(worker.run([floats(2, 0)]))).toBe(4);
  expect(restarts).toEqual([expect.stringMatching(/grew to/), expect.stringMatching(/grew to/)]);
});
