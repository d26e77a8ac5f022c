import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import type { Device } from '../../src/engines/engine.ts';
import { hasNvidiaDriver } from '../../src/engines/runtimes/nvidia-driver.ts';
import { float32Elements, type Tensor } from '../../src/engines/tensor.ts';
import { openWorker } from '../../src/engines/worker-engine.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('cuda');
const GPU = hasNvidiaDriver();
const REAL = join(packageRoot(), 'demo/inception_v3/moderation_model/model.pt');

const open = (model: string, device: Device) => openWorker({ engine: 'torch', model, device, progress: () => {} });
const batch = (...shape: number[]): Tensor => {
  const values = Float32Array.from(
    { length: shape.reduce((product, size) => product * size, 1) },
    (_, index) => ((index * 2654435761) % 4096) / 4095,
  );
  return { dtype: 'float32', shape, data: new Uint8Array(values.buffer) };
};
const scores = ({ outputs: [output] }: { readonly outputs: readonly Tensor[] }) => [...float32Elements(output as Tensor)];

test.skipIf(!GPU)(`CUDA gives what the CPU gives (${GPU ? 'here' : 'skipped: no NVIDIA driver'})`, async () => {
  await writeKerasFile(scratch.join('tiny.h5'));
  const { bundle } = await convert(scratch.join('tiny.h5'), { output: scratch.join('bundle'), formats: ['torchscript'] });
  const [cpu, cuda] = await Promise.all([open(join(bundle, 'model.pt'), 'cpu'), open(join(bundle, 'model.pt'), 'cuda')]);
  try {
    expect(cuda.device).toMatch(/^cuda \(/);
    for (const rows of [1, 7, 40]) {
      const expected = scores(await cpu.run([batch(rows, 4)]));
      scores(await cuda.run([batch(rows, 4)])).forEach((score, index) => {
        expect(score).toBeCloseTo(expected[index] as number, 5);
      });
      scores(await cuda.run([batch(rows, 4)], { precision: 'autocast' })).forEach((score, index) => {
        expect(score).toBeCloseTo(expected[index] as number, 1);
      });
    }
  } finally {
    await Promise.all([cpu.close(), cuda.close()]);
  }
});

const measurable = GPU && existsSync(REAL);
test.skipIf(!measurable)(
  `85 % of the GPU at batch 32 (${measurable ? 'here' : 'skipped: no NVIDIA driver, or no real model from the demo'})`,
  async () => {
    const engine = await open(REAL, 'cuda');
    try {
      const input = batch(32, 299, 299, 3);
      await engine.call('measure', { iterations: 20, precision: 'autocast' }, [input]);
      await engine.call('sample', { on: true }, []);
      await engine.call('measure', { iterations: 500, precision: 'autocast' }, [input]);
      const { gpuUtilisation } = (await engine.call('sample', { on: false }, [])).header;
      expect(gpuUtilisation).toBeGreaterThanOrEqual(85);
    } finally {
      await engine.close();
    }
  },
);
