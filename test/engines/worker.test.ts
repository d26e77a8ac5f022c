import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { float32Elements } from '../../src/engines/tensor.ts';
import { openWorker } from '../../src/engines/worker-engine.ts';
import { MemorySink } from '../../src/formats/files/memory-sink.ts';
import { writeTorchArchive } from '../../src/formats/torch-archive/write-torch-archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'torchlift-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const progress = () => {};
const floats = (...values: number[]) => ({
  dtype: 'float32' as const,
  shape: [values.length],
  data: new Uint8Array(new Float32Array(values).buffer),
});

/** A model that doubles, and fails where `x` has three elements. */
function writeModel(): string {
  const sink = new MemorySink();
  const code = `class Double(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def forward(self: __torch__.Double,
    x: Tensor) -> Tensor:
    return torch.mul(torch.reshape(x, [-1, 2]), 2)
`;
  writeTorchArchive(sink, { name: 'double', className: 'Double', code, attributes: [['training', false]] });
  const path = join(folder, 'double.pt');
  writeFileSync(path, sink.bytes());
  return path;
}

test('a worker runs a model, reports what fails, and goes on', async () => {
  const sockets = () => readdirSync(tmpdir()).filter((name) => name.startsWith('torchlift-') && !name.startsWith('torchlift-test-'));
  const before = sockets();
  const engine = await openWorker({ engine: 'torch', model: writeModel(), progress });
  try {
    expect(engine.description).toMatch(/^torch 2\.13\./);
    const { outputs, milliseconds, peakBytes } = await engine.run([floats(1, Number.NaN)]);
    expect(outputs[0]?.shape).toEqual([1, 2]);
    expect([...float32Elements(outputs[0] as never)]).toEqual([2, Number.NaN]);
    expect(milliseconds).toBeGreaterThan(0);
    expect(peakBytes).toBeGreaterThan(1e7);
    await expect(engine.run([floats(1, 2, 3)])).rejects.toMatchObject({ code: 'worker-failed', message: expect.stringMatching(/shape/) });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => engine.run([floats(index, index)])));
    expect(answers.map(({ outputs: [output] }) => float32Elements(output as never)[0])).toEqual(Array.from({ length: 20 }, (_, index) => 2 * index));
  } finally {
    await engine.close();
  }
  expect(sockets()).toEqual(before);
});

test("a file that isn't a model is refused in the framework's words", async () => {
  const path = join(folder, 'broken.pt');
  writeFileSync(path, 'PK no archive');
  await expect(openWorker({ engine: 'torch', model: path, progress })).rejects.toMatchObject({
    code: 'worker-failed',
    message: expect.stringMatching(/archive|zip|file/i),
  });
});

test('a worker that is killed fails what waits for it, and what comes after', async () => {
  const engine = await openWorker({ engine: 'torch', model: writeModel(), progress });
  const [{ pid }] = await findChild();
  const pending = engine.run([{ dtype: 'float32', shape: [2_000_000], data: new Uint8Array(8_000_000) }]);
  process.kill(pid, 'SIGKILL');
  await expect(pending).rejects.toMatchObject({ code: 'worker-failed', message: expect.stringMatching(/SIGKILL/) });
  await expect(engine.run([floats(1, 2)])).rejects.toMatchObject({ code: 'worker-failed' });
  await engine.close();
});

test.each([
  ['/nowhere/python', 'ENOENT'],
  ['/bin/true', 'a Python 3'],
  ['made without torch', 'has no numpy and no torch'],
])("an interpreter of the user's own that won't do, %s, is named with its variable", async (given, told) => {
  const python = given.startsWith('/') ? given : await plainPython(join(folder, 'plain'));
  process.env.TORCHLIFT_TORCH_PYTHON = python;
  try {
    await expect(openWorker({ engine: 'torch', model: 'model.pt', progress })).rejects.toMatchObject({
      code: 'runtime-unavailable',
      where: `TORCHLIFT_TORCH_PYTHON=${python}`,
      what: expect.stringContaining(told),
      remedy: expect.stringContaining('3.11'),
    });
  } finally {
    delete process.env.TORCHLIFT_TORCH_PYTHON;
  }
});

/** An interpreter with nothing but the standard library. */
async function plainPython(environment: string): Promise<string> {
  const { execFileSync } = await import('node:child_process');
  execFileSync('python3', ['-m', 'venv', '--without-pip', environment]);
  return `${environment}/bin/python`;
}

test('a worker that is lost while it loads has one retry where it is supervised, and none elsewhere', async () => {
  const restarts: string[] = [];
  const supervision = { deadlineMs: 60_000, onRestart: (why: string) => restarts.push(why) };
  const kill = async () => {
    await expect.poll(async () => (await findChild())[0].pid, { timeout: 30_000 }).toBeGreaterThan(0);
    process.kill((await findChild())[0].pid, 'SIGKILL');
  };
  const opening = openWorker({ engine: 'torch', model: writeModel(), progress, supervision });
  await kill();
  const engine = await opening;
  expect(restarts).toEqual([expect.stringContaining('SIGKILL')]);
  expect((await engine.run([floats(1, 2)])).outputs).toHaveLength(1);
  await engine.close();
  const alone = openWorker({ engine: 'torch', model: writeModel(), progress });
  alone.catch(() => {});
  await kill();
  await expect(alone).rejects.toMatchObject({ code: 'worker-failed' });
});

async function findChild(): Promise<[{ pid: number }]> {
  const { execFileSync } = await import('node:child_process');
  const lines = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' }).split('\n');
  const line = lines.find((text) => text.includes('torchlift_worker') && text.includes(` ${process.pid} `));
  return [{ pid: Number(line?.trim().split(/\s+/)[0]) }];
}
