import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LayerRecord } from '../../src/bundle/evidence/layer-comparison.ts';
import type { Manifest } from '../../src/bundle/manifest.ts';
import { type ConvertOptions, convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { openWorker, type WorkerEngine } from '../../src/engines/worker-engine.ts';
import { compareSource } from '../../src/validate/compare-source.ts';
import { compareLayers, type LayerSides } from '../../src/validate/layers/compare-layers.ts';
import { madeByTensorFlow } from '../support/made-by-tensorflow.ts';
import { randomInputs } from '../support/random-inputs.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const script = join(packageRoot(), 'test/validate/build_layers.py');
const models = await madeByTensorFlow(script);
const wrong = JSON.parse(readFileSync(join(models, 'wrong.json'), 'utf8')) as { file: string; weight: string; layer: string }[];

const scratch = scratchFolder('layers');
let tensorflow: WorkerEngine;
let torch: WorkerEngine;

beforeAll(async () => {
  const { bundle } = await convertModel('right.h5');
  const open = { threads: 1, device: 'cpu', progress: () => {} } as const;
  [tensorflow, torch] = await Promise.all([
    openWorker({ ...open, engine: 'tensorflow', model: join(models, 'right.h5') }),
    openWorker({ ...open, engine: 'torch', model: join(bundle, 'model.pt') }),
  ]);
});
afterAll(() => Promise.all([tensorflow?.close(), torch?.close()]));

function convertModel(file: string, options: ConvertOptions = { formats: ['torchscript'] }) {
  return convert(join(models, file), { output: scratch.join(file.replace('.h5', '')), force: true, ...options });
}

/** Both frameworks go on in their processes with another model. */
async function load(reference: string, candidate: string): Promise<void> {
  await Promise.all([
    tensorflow.call('load', { model: join(models, reference), device: 'cpu' }, []),
    torch.call('load', { model: candidate, device: 'cpu' }, []),
  ]);
}

const compare = (manifest: Manifest, options: Partial<LayerSides> = {}) =>
  compareLayers({ manifest, reference: tensorflow, candidate: torch, inputs: randomInputs(manifest, 6), ...options });
const names = (layers: readonly LayerRecord[]) => layers.map((layer) => ('absorbedBy' in layer ? `${layer.name} → ${layer.absorbedBy}` : layer.name));

describe.each(['right', 'partly_used', 'cast_on_entry', 'in_two_places'])('%s', (name) => {
  test('every call gives what it gives in TensorFlow', async () => {
    const { bundle, manifest } = await convertModel(`${name}.h5`);
    await load(`${name}.h5`, join(bundle, 'model.pt'));
    const { layers, firstDivergence, unmatched } = await compare(manifest);
    expect({ firstDivergence, unmatched }).toEqual({ firstDivergence: null, unmatched: [] });
    expect(names(layers)).toMatchSnapshot();
    for (const layer of layers) {
      if ('absorbedBy' in layer) continue;
      expect(layer).toMatchObject({
        maxRelativeDifference: expect.closeTo(0, 5),
        relativeDistance: expect.closeTo(0, 5),
        cosine: expect.closeTo(1, 9),
      });
    }
  });
});

/** The calls that took others in. */
const ABSORBERS: Readonly<Record<string, string>> = { 'base/conv': 'base/bn', depthwise: 'depthwise_bn', dense: 'dense_bn' };

describe('one weight is wrong', () => {
  test.each(wrong)('$weight of $layer', async ({ file, layer }) => {
    const { bundle, manifest } = await convertModel(file);
    await load('right.h5', join(bundle, 'model.pt'));
    const { firstDivergence, firstDivergenceAt, layers } = await compare(manifest);
    expect(firstDivergence).toBe(ABSORBERS[layer] ?? layer);
    expect(layers[firstDivergenceAt ?? -1]?.name).toBe(firstDivergence);
  });

  test('a NaN is one too', async () => {
    const { bundle, manifest } = await convertModel('right.h5');
    await load('right.h5', join(bundle, 'model.pt'));
    const inputs = randomInputs(manifest, 2);
    const spoiled = inputs.map((input) => ({ ...input, data: input.data.with(3, 0x7f).with(2, 0xff) }));
    const call: LayerSides['candidate']['call'] = (method, options, tensors) => torch.call(method, options, method === 'layers' ? spoiled : tensors);
    const { firstDivergence, layers } = await compare(manifest, { candidate: { call, pid: 0 }, inputs });
    expect(firstDivergence).toBe('rescaling');
    expect(layers[0]).toMatchObject({ maxAbsoluteDifference: null, maxRelativeDifference: null, relativeDistance: null });
  });
});

test('a worker that is lost between two layers is replaced, and the layers are computed again', async () => {
  const { bundle, manifest } = await convertModel('right.h5');
  const restarts: string[] = [];
  const supervision = { deadlineMs: 60_000, onRestart: (why: string) => void restarts.push(why) };
  const open = { threads: 1, device: 'cpu', supervision, progress: () => {} } as const;
  const [reference, candidate] = await Promise.all([
    openWorker({ ...open, engine: 'tensorflow', model: join(models, 'right.h5') }),
    openWorker({ ...open, engine: 'torch', model: join(bundle, 'model.pt') }),
  ]);
  /** Ends the worker's process before its `at`th request. */
  const losing = (worker: WorkerEngine, at: number) => {
    let asked = 0;
    return {
      get pid() {
        return worker.pid;
      },
      call: (...request: Parameters<WorkerEngine['call']>) => {
        if (++asked === at) process.kill(worker.pid, 'SIGKILL');
        return worker.call(...request);
      },
    };
  };
  try {
    await load('right.h5', join(bundle, 'model.pt'));
    const expected = await compare(manifest);
    expect(await compare(manifest, { reference: losing(reference, 3), candidate: losing(candidate, 5) })).toEqual(expected);
    expect(restarts).toHaveLength(2);
  } finally {
    await Promise.all([reference.close(), candidate.close()]);
  }
});

test('lower precisions are as far off as they round', async () => {
  const { bundle, manifest } = await convertModel('right.h5', { formats: ['torchscript'], precisions: ['bf16', 'fp16'] });
  await load('right.h5', join(bundle, 'model.pt'));
  const autocast = await compare(manifest, { precision: 'autocast' });
  const variants = [autocast];
  for (const precision of ['bf16', 'fp16']) {
    await load('right.h5', join(bundle, `model.${precision}.pt`));
    variants.push(await compare(manifest));
  }
  for (const { layers, firstDivergence } of variants) {
    expect(firstDivergence).toBeNull();
    const base = layers.find(({ name }) => name === 'base/bn');
    expect(base).toMatchObject({ maxRelativeDifference: expect.toSatisfy((difference: number) => difference > 1e-4 && difference < 0.1) });
  }
});

test('model.pt answers as model.py', async () => {
  const { bundle, manifest } = await convertModel('right.h5', {});
  await load('right.h5', join(bundle, 'model.pt'));
  expect(await compareSource({ bundle, manifest, candidate: torch, inputs: randomInputs(manifest, 40) })).toBeLessThan(1e-6);
  const other = await convertModel('wrong_1.h5', { output: scratch.join('other') });
  expect(await compareSource({ ...other, candidate: torch, inputs: randomInputs(manifest, 40) })).toBeGreaterThan(1e-5);
});

test('calls that the reference lacks are listed; without any, or without taps, there is nothing to compare', async () => {
  const { bundle, manifest } = await convertModel('right.h5');
  await load('right.h5', join(bundle, 'model.pt'));
  const renamed = manifest.calls.map((call) => (call.layer === 'prelu' ? { ...call, layer: 'prelu_v2' } : call));
  const { layers, unmatched, firstDivergence } = await compare({ ...manifest, calls: renamed });
  expect({ unmatched, firstDivergence }).toEqual({ unmatched: ['prelu_v2'], firstDivergence: null });
  expect(layers.map(({ name }) => name)).not.toContain('prelu_v2');
  const strange = manifest.calls.map((call) => ({ ...call, layer: `other/${call.layer}` }));
  await expect(compare({ ...manifest, calls: strange })).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(/none of the ref/) });
  const untapped = manifest.calls.map(({ served: _, ...call }) => call);
  await expect(compare({ ...manifest, calls: untapped as unknown as Manifest['calls'] })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/made before/),
  });
  await expect(compare({ ...manifest, calls: [] })).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(/knows no Keras calls/) });
});
