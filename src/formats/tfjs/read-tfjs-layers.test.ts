import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TorchliftError } from '../../core/errors.ts';
import { readTfjsLayers } from './read-tfjs-layers.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tfjs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const float32 = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const topology = { keras_version: '2.2.4', backend: 'tensorflow', model_config: { class_name: 'Sequential', config: [] } };

interface Group {
  paths: string[];
  weights: object[];
}

async function read(model: unknown, shards: Readonly<Record<string, Uint8Array>> = {}) {
  for (const [name, bytes] of Object.entries(shards)) writeFileSync(join(folder, name), bytes);
  const path = join(folder, 'model.json');
  writeFileSync(path, typeof model === 'string' ? model : JSON.stringify(model));
  return readTfjsLayers(path);
}

const readManifest = (weightsManifest: Group[], shards: Record<string, Uint8Array>) => read({ modelTopology: topology, weightsManifest }, shards);

async function readValues(weight: object, stored: Uint8Array) {
  const model = await readManifest([{ paths: ['a.bin'], weights: [weight] }], { 'a.bin': stored });
  const source = model.groups[0]?.weights[0]?.source;
  const bytes = source?.read() ?? new Uint8Array();
  return { dtype: source?.dtype, values: [...new (source?.dtype === 'int32' ? Int32Array : Float32Array)(new Uint8Array(bytes).buffer)] };
}

async function errorOf(reading: Promise<unknown>): Promise<TorchliftError> {
  const error = await reading.then(
    () => new Error('the model was accepted'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TorchliftError);
  return error as TorchliftError;
}

test('topology, and weights of two groups over several shards', async () => {
  const all = float32(0, 1, 2, 3, 4, 5, 6);
  const model = await readManifest(
    [
      {
        // The second weight begins in the first shard, within an element, and ends in the third.
        paths: ['one.bin', 'two.bin', 'three.bin'],
        weights: [
          { name: 'conv/kernel', shape: [2, 1], dtype: 'float32' },
          { name: 'conv/bias', shape: [5], dtype: 'float32' },
        ],
      },
      {
        paths: ['four.bin'],
        weights: [
          { name: 'dense/kernel', shape: [], dtype: 'float32' },
          { name: 'iter', shape: [], dtype: 'float32', group: 'optimizer' },
        ],
      },
    ],
    { 'one.bin': all.subarray(0, 10), 'two.bin': all.subarray(10, 13), 'three.bin': all.subarray(13), 'four.bin': float32(7, 8) },
  );
  expect(model.config).toEqual(topology.model_config);
  expect([model.kerasVersion, model.backend, model.format, model.fileName]).toEqual(['2.2.4', 'tensorflow', 'tfjs-layers', 'model.json']);
  expect(model.groups.map(({ layer }) => layer)).toEqual([null]);
  const read = model.groups[0]?.weights.map(({ name, source }) => [name, source.shape, [...new Float32Array(new Uint8Array(source.read()).buffer)]]);
  expect(read).toEqual([
    ['conv/kernel', [2, 1], [0, 1]],
    ['conv/bias', [5], [2, 3, 4, 5, 6]],
    ['dense/kernel', [], [7]],
  ]);
  expect(model.bytes).toMatchObject({ weights: 32, optimizer: 4 });
  expect(model.shards).toEqual(['one.bin', 'two.bin', 'three.bin', 'four.bin']);
});

test('a bare topology, as model.save() of TensorFlow.js writes it', async () => {
  const bare = { class_name: 'Sequential', config: { layers: [] }, keras_version: 'tfjs-layers 4.2.0', backend: 'tensor_flow.js' };
  const model = await read({ modelTopology: bare, weightsManifest: [] });
  expect(model.config).toMatchObject({ class_name: 'Sequential', config: { layers: [] } });
  expect(model.kerasVersion).toBe('tfjs-layers 4.2.0');
});

describe('dequantised as TensorFlow.js does', () => {
  test('uint8: in double precision, rounded once', async () => {
    const [scale, min] = [0.0123456789012345, -1.23456789012345];
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
    const { values } = await readValues({ name: 'k', shape: [256], dtype: 'float32', quantization: { dtype: 'uint8', scale, min } }, codes);
    expect(values).toEqual([...codes].map((code) => Math.fround(code * scale + min)));
    // Single precision throughout differs, so these values tell the two apart.
    const { fround } = Math;
    expect(values).not.toEqual([...codes].map((code) => fround(fround(code * fround(scale)) + fround(min))));
  });

  test('uint8 with more elements than codes gives the same', async () => {
    const quantization = { dtype: 'uint8', scale: 0.1, min: -3 };
    const codes = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);
    const { values } = await readValues({ name: 'k', shape: [10, 100], dtype: 'float32', quantization }, codes);
    expect(values).toEqual([...codes].map((code) => Math.fround(code * 0.1 - 3)));
  });

  test('uint16, and int32 rounded to the nearest', async () => {
    const codes = new Uint8Array(Uint16Array.of(0, 1, 65535).buffer);
    const quantization = { dtype: 'uint16', scale: 0.5, min: -1 };
    expect((await readValues({ name: 'k', shape: [3], dtype: 'float32', quantization }, codes)).values).toEqual([-1, -0.5, 32766.5]);
    const whole = await readValues({ name: 'k', shape: [3], dtype: 'int32', quantization }, codes);
    expect(whole).toEqual({ dtype: 'int32', values: [-1, -0, 32767].map((value) => value + 0) });
  });

  test('float16: zeros, subnormal, largest, infinite', async () => {
    const codes = new Uint8Array(Uint16Array.of(0x3c00, 0xc500, 0x0001, 0x7bff, 0xfc00, 0).buffer);
    const { values } = await readValues({ name: 'k', shape: [6], dtype: 'float32', quantization: { dtype: 'float16' } }, codes);
    expect(values).toEqual([1, -5, 2 ** -24, 65504, Number.NEGATIVE_INFINITY, 0]);
  });
});

describe('refused', () => {
  const kernel = { name: 'k', shape: [2], dtype: 'float32' };

  test.each(['../a.bin', '/etc/passwd', 'sub/a.bin', 'sub\\a.bin', '..', '', 'https://host/a.bin', 'C:a.bin', 'a\u0000.bin'])(
    'weights in %j',
    async (path) => {
      const error = await errorOf(readManifest([{ paths: [path], weights: [kernel] }], {}));
      expect([error.code, error.where]).toEqual(['unsafe-file', 'model.json: weightsManifest']);
    },
  );

  test('weights behind a symbolic link, in a folder, nowhere, too short', async () => {
    writeFileSync(join(folder, 'real.bin'), float32(1, 2));
    symlinkSync('real.bin', join(folder, 'link.bin'));
    expect((await errorOf(readManifest([{ paths: ['link.bin'], weights: [kernel] }], {}))).message).toContain('symbolic link');
    expect((await errorOf(readManifest([{ paths: ['gone.bin'], weights: [kernel] }], {}))).code).toBe('malformed-weights');
    const error = await errorOf(readManifest([{ paths: ['a.bin'], weights: [kernel, kernel] }], { 'a.bin': float32(1, 2, 3) }));
    expect([error.code, error.where]).toEqual(['malformed-weights', 'model.json: k']);
  });

  test.each<[string, object, string]>([
    ['a shape no file can hold', { shape: [2 ** 40, 2 ** 40] }, 'malformed-weights'],
    ['a negative size', { shape: [-1] }, 'malformed-config'],
    ['no shape', { shape: null }, 'malformed-config'],
    ['strings', { dtype: 'string' }, 'unsupported'],
    ['no scale', { quantization: { dtype: 'uint8', min: 0 } }, 'malformed-config'],
    ['an unknown quantisation', { quantization: { dtype: 'int4', scale: 1, min: 0 } }, 'unsupported'],
    ['a quantised bool', { dtype: 'bool', quantization: { dtype: 'uint8', scale: 1, min: 0 } }, 'unsupported'],
  ])('%s', async (_, change, code) => {
    const error = await errorOf(readManifest([{ paths: ['a.bin'], weights: [{ ...kernel, ...change }] }], { 'a.bin': float32(1, 2) }));
    expect(error.code).toBe(code);
    expect(error.remedy).toBeDefined();
  });

  test.each<[string, unknown, string]>([
    ['a graph model', { format: 'graph-model', modelTopology: { node: [] }, weightsManifest: [] }, 'unsupported'],
    ['a graph model without a format', { modelTopology: { node: [] } }, 'unsupported'],
    ['no JSON', '{"modelTopology": ', 'malformed-config'],
    ['JSON of another kind', { name: 'package' }, 'not-a-model'],
    ['a list', [], 'not-a-model'],
    ['a topology that is none', { modelTopology: { foo: 1 } }, 'malformed-config'],
    ['a manifest that is none', { modelTopology: topology, weightsManifest: 'x' }, 'malformed-config'],
  ])('%s', async (_, model, code) => {
    expect((await errorOf(read(model))).code).toBe(code);
  });

  test('any JSON in place of the parts: an error of ours, or a model', async () => {
    const part = fc.jsonValue({ maxDepth: 2 });
    const anything = fc.record({
      modelTopology: fc.oneof(part, fc.constant(topology)),
      weightsManifest: fc.oneof(
        part,
        fc.array(
          fc.record({ paths: fc.oneof(part, fc.constant(['a.bin'])), weights: fc.array(fc.record({ name: part, shape: part, dtype: part })) }),
        ),
      ),
    });
    await fc.assert(
      fc.asyncProperty(anything, async (model) => {
        const reading = read(model, { 'a.bin': new Uint8Array(8) });
        const error = await reading.then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(TorchliftError);
      }),
      { numRuns: 150 },
    );
  });
});
