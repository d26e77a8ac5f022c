import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DTYPE_BYTES, elementCount } from '../../core/dtypes.ts';
import { TorchliftError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/tensor-source.ts';
import { byteSourceOf } from '../files/byte-source.ts';
import type { KerasModelFile } from '../keras-model-file.ts';
import { readKerasH5, readKerasH5Source } from './keras-h5.ts';
import { type H5Content, kerasContent, ramp, weightsContent, writeH5 } from './testing/write-h5.ts';

const fixture = (name: string) => new URL(`./testing/${name}`, import.meta.url).pathname;
const open = async (content: H5Content) => readKerasH5Source(byteSourceOf('m.h5', await writeH5(content)));
const floats = (source: TensorSource) => [...new Float32Array(source.read().slice().buffer)];
const sources = (model: KerasModelFile) => model.groups.flatMap((group) => group.weights.map((weight) => weight.source));

/** The error of opening the file and reading all of it. */
async function errorOf(opening: Promise<KerasModelFile>): Promise<TorchliftError> {
  try {
    for (const source of sources(await opening)) source.read();
  } catch (error) {
    expect(error).toBeInstanceOf(TorchliftError);
    return error as TorchliftError;
  }
  throw new Error('the file was accepted');
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keras-h5-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a whole model', () => {
  test('config, versions, groups in the order of the lists, and bytes', async () => {
    const content = kerasContent({ z: { 'z/kernel:0': ramp(2, 3), 'z/bias:0': ramp(3) }, a: {} });
    const path = join(folder, 'model.h5');
    const adam = { data: new Float32Array(9), shape: [9] };
    const bytes = await writeH5({ ...content, children: { ...content.children, optimizer_weights: { children: { m: adam, v: adam } } } });
    writeFileSync(path, bytes);
    const model = await readKerasH5(path);
    expect(model.fileName).toBe('model.h5');
    expect(model.config).toEqual({ class_name: 'Sequential', config: [] });
    expect(model.trainingConfig).toBeUndefined();
    expect(model.kerasVersion).toBe('2.10.0');
    expect(model.backend).toBe('tensorflow');
    expect(model.groups.map(({ layer, weights }) => [layer, weights.map(({ name }) => name)])).toEqual([
      ['z', ['z/kernel:0', 'z/bias:0']],
      ['a', []],
    ]);
    expect(model.bytes).toEqual({ weights: 36, optimizer: 72, rest: bytes.length - 108 });
    const [kernel] = sources(model);
    expect(kernel).toMatchObject({ dtype: 'float32', shape: [2, 3], place: 'model.h5: /model_weights/z/z/kernel:0' });
    expect(floats(kernel as TensorSource)).toEqual([-4, -3, -2, -1, 0, 1]);
    model.close();
    expect(() => kernel?.read()).toThrow('closed');
  });

  test('layers a and a/b are told apart by the lists', async () => {
    const model = await open({
      attributes: { model_config: '{}' },
      children: {
        model_weights: {
          attributes: { layer_names: { fixed: ['a', 'a/b'] } },
          children: {
            a: {
              attributes: { weight_names: { fixed: ['a/b/k:0'] } },
              children: {
                a: { children: { b: { children: { 'k:0': ramp(1) } } } },
                b: { attributes: { weight_names: ['a/b/k:0'] }, children: { a: { children: { b: { children: { 'k:0': ramp(2) } } } } } },
              },
            },
          },
        },
      },
    });
    expect(sources(model).map(({ shape, place }) => [shape, place])).toEqual([
      [[1], 'm.h5: /model_weights/a/a/b/k:0'],
      [[2], 'm.h5: /model_weights/a/b/a/b/k:0'],
    ]);
  });

  test('name lists split into name0, name1, …', async () => {
    const groups = weightsContent({ a: {}, b: {}, c: {} }).children ?? {};
    const model = await open({
      children: { model_weights: { attributes: { layer_names0: { fixed: ['c', 'a'] }, layer_names1: ['b'] }, children: groups } },
    });
    expect(model.groups.map(({ layer }) => layer)).toEqual(['c', 'a', 'b']);
  });

  test('names outside ASCII', async () => {
    const model = await open(kerasContent({ größe: { 'größe/β:0': ramp(2) } }));
    expect(model.groups[0]?.layer).toBe('größe');
    expect(model.groups[0]?.weights[0]?.name).toBe('größe/β:0');
  });

  test('weights of the model itself stand apart', async () => {
    const weights = weightsContent({ a: {} });
    const extra = { attributes: { weight_names: ['v:0'] }, children: { 'v:0': ramp(3) } };
    const model = await open({ children: { model_weights: { ...weights, children: { ...weights.children, top_level_model_weights: extra } } } });
    expect(model.groups).toHaveLength(1);
    expect(model.topLevelWeights?.map(({ name }) => name)).toEqual(['v:0']);
    expect(model.bytes.weights).toBe(12);
  });

  test('hundreds of layers, so that the tree of the group has several levels', async () => {
    const layers = Array.from({ length: 400 }, (_, i) => [`layer_${i}`, { k: ramp(i % 3) }]);
    const model = await open(kerasContent(Object.fromEntries(layers)));
    expect(model.groups.map(({ layer }) => layer)).toEqual(layers.map(([name]) => name));
    expect(sources(model).map(({ shape }) => shape[0])).toEqual(layers.map((_, i) => i % 3));
  });

  test("Python's NaN and Infinity in the config; a broken training_config is no obstacle", async () => {
    const content = kerasContent({});
    const attributes = { ...content.attributes, model_config: '{"a": [NaN, -Infinity, "NaN"]}', training_config: '{"loss": ' };
    const model = await open({ ...content, attributes });
    expect(model.config).toEqual({ a: [Number.NaN, Number.NEGATIVE_INFINITY, 'NaN'] });
    expect(model.trainingConfig).toBeUndefined();
  });
});

test('a weights-only file has no config', async () => {
  const model = await open(weightsContent({ dense: { 'dense/kernel:0': ramp(4, 2) } }));
  expect(model.config).toBeUndefined();
  expect(sources(model)[0]?.place).toBe('m.h5: /dense/dense/kernel:0');
});

describe('what h5py writes and Keras does not', () => {
  const expected = Array.from({ length: 24 }, (_, i) => i - 4);

  test('element types of both byte orders, booleans, compact data', async () => {
    const model = await readKerasH5(fixture('types.h5'));
    const [numbers, bools, compact, empty] = model.groups;
    const read = Object.fromEntries(
      numbers?.weights.map(({ name, source: { dtype, read } }) => {
        const { buffer } = read().slice();
        const values = {
          float64: () => [...new Float64Array(buffer)],
          float32: () => [...new Float32Array(buffer)],
          int64: () => [...new BigInt64Array(buffer)].map(Number),
          int32: () => [...new Int32Array(buffer)],
          int8: () => [...new Int8Array(buffer)],
          float16: () => [...new Uint16Array(buffer)],
        }[dtype as 'float64']();
        return [name, [dtype, values]];
      }) ?? [],
    );
    // IEEE 754 halves of −4 … 19.
    const halves = [0xc400, 0xc200, 0xc000, 0xbc00, 0, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600, 0x4700, 0x4800, 0x4880, 0x4900, 0x4980];
    const allHalves = [...halves, 0x4a00, 0x4a80, 0x4b00, 0x4b80, 0x4c00, 0x4c40, 0x4c80, 0x4cc0];
    expect(read).toEqual({
      '>f8': ['float64', expected],
      '>f4': ['float32', expected],
      '>f2': ['float16', allHalves],
      '<f8': ['float64', expected],
      '<f2': ['float16', allHalves],
      '>i4': ['int32', expected],
      '<i8': ['int64', expected],
      '|i1': ['int8', expected],
    });
    expect(bools?.weights[0]?.source.dtype).toBe('bool');
    expect([...(bools?.weights[0]?.source.read() ?? [])]).toEqual(expected.map((value) => Number(value > 3)));
    expect(floats(compact?.weights[0]?.source as TensorSource)).toEqual(expected);
    expect(empty?.weights).toEqual([]);
  });

  test('superblock 3 behind a user block, dense groups and attributes, chunks of every index', async () => {
    const model = await readKerasH5(fixture('latest.h5'));
    expect(model.groups.map(({ layer }) => layer)).toEqual(['chunked', ...Array.from({ length: 9 }, (_, i) => `layer_${i}`)]);
    expect(sources(model)).toHaveLength(3);
    for (const source of sources(model)) expect(floats(source)).toEqual(expected);
  });

  test('gzipped chunks in a file of the old kind', async () => {
    const weight = { ...ramp(7, 5), chunks: [2, 3] };
    const model = await open(kerasContent({ a: { k: weight } }));
    expect(floats(sources(model)[0] as TensorSource)).toEqual([...weight.data]);
  });

  test('a scalar and an empty weight', async () => {
    const model = await open(kerasContent({ a: { s: ramp(), e: ramp(0, 3) } }));
    expect(sources(model).map((source) => [source.shape, floats(source)])).toEqual([
      [[], [-4]],
      [[0, 3], []],
    ]);
  });
});

describe('refused, with the place', () => {
  test.each([
    ['external_storage.h5', 'unsafe-file', 'external storage'],
    ['virtual_dataset.h5', 'unsafe-file', 'virtual dataset'],
    ['unknown_filter.h5', 'unsafe-file', 'filter 32000'],
    ['shape_bomb.h5', 'limit-exceeded', 'declares 4398046511104 bytes'],
  ])('%s', async (name, code, what) => {
    const error = await errorOf(readKerasH5(fixture(name)));
    expect(error.code).toBe(code);
    expect(error.message).toContain(what);
    expect(error.where).toBe(`${name}: /model_weights/a/k`);
    expect(error.remedy).toBeDefined();
  });

  test.each<[string, H5Content, string, string]>([
    ['an external link to a weight', kerasContent({ a: { k: { external: 'other.h5' } } }), 'unsafe-file', 'm.h5: /model_weights/a/k'],
    ['an external link to the weights', { children: { model_weights: { external: 'other.h5' } } }, 'unsafe-file', 'm.h5: /model_weights'],
    ['a soft link out of the weights', kerasContent({ a: { k: { soft: '/model_config' } } }), 'unsafe-file', 'm.h5: /model_weights/a/k'],
    ['soft links in a circle', kerasContent({ a: { k: { soft: '/model_weights/a/k' } } }), 'unsafe-file', 'm.h5: /model_weights/a/k'],
    ['a link out of the optimizer', withOptimizer({ m: { external: 'other.h5' } }), 'unsafe-file', 'm.h5: /optimizer_weights/m'],
    ['a layer without a group', { attributes: { layer_names: ['gone'] } }, 'malformed-weights', 'm.h5: /gone'],
    ['a weight that is not there', brokenLayer(['gone']), 'malformed-weights', 'm.h5: /model_weights/a/gone'],
    ['a weight that is a group', brokenLayer(['..', '.']), 'malformed-weights', 'm.h5: /model_weights/a/..'],
    ['a weight that is an absolute path', brokenLayer(['/model_weights']), 'malformed-weights', 'm.h5: /model_weights/a//model_weights'],
    ['no list of layers', { attributes: { model_config: '{}' } }, 'malformed-weights', 'm.h5: /'],
    ['no JSON', { attributes: { model_config: '{"a": [1,', layer_names: new Float64Array(0) } }, 'malformed-config', 'm.h5: attribute model_config'],
    ['JSON without end', deepConfig(600), 'malformed-config', 'm.h5: attribute model_config'],
    ['HDF5 of another kind', { children: { x: ramp(3) } }, 'not-a-model', 'm.h5'],
    ['weights of Keras 3', { children: { layers: {}, vars: {} } }, 'not-a-model', 'm.h5'],
  ])('%s', async (_, content, code, where) => {
    const error = await errorOf(open(content));
    expect([error.code, error.where]).toEqual([code, where]);
    expect(error.remedy).toBeDefined();
  });

  test('no file, an empty one, other bytes, a folder, a cut file', async () => {
    expect((await errorOf(readKerasH5(join(folder, 'none.h5')))).code).toBe('file-not-found');
    expect((await errorOf(readKerasH5(folder))).code).toBe('not-a-model');
    expect((await errorOf(readKerasH5Source(byteSourceOf('m.h5', new Uint8Array(0))))).code).toBe('malformed-file');
    expect((await errorOf(readKerasH5Source(byteSourceOf('m.h5', Buffer.from('hello'.repeat(999)))))).code).toBe('not-a-model');
    const bytes = await writeH5(kerasContent({ a: { k: ramp(99) } }));
    const error = await errorOf(readKerasH5Source(byteSourceOf('m.h5', bytes.subarray(0, bytes.length - 1))));
    expect(error.code).toBe('malformed-file');
    expect(error.message).toContain('cut short');
  });
});

test('a soft link within the weights is followed', async () => {
  const model = await open(kerasContent({ a: { k: { soft: '/model_weights/b/k' } }, b: { k: ramp(3) } }));
  expect(sources(model).map(floats)).toEqual([
    [-4, -3, -2],
    [-4, -3, -2],
  ]);
  expect(model.bytes.weights).toBe(12);
});

test('hard links in a circle are counted once', async () => {
  const content = kerasContent({ a: { k: ramp(3) } });
  const optimizer = { children: { m: ramp(5), again: { hard: '/optimizer_weights/m' }, root: { hard: '/' }, loop: { hard: '/optimizer_weights' } } };
  const model = await open({ ...content, children: { ...content.children, optimizer_weights: optimizer } });
  expect(model.bytes).toMatchObject({ weights: 12, optimizer: 20 });
});

describe('damaged files end in an error of ours or are read', () => {
  /** Reads everything; anything but a TorchliftError is thrown on. */
  async function survive(bytes: Uint8Array): Promise<void> {
    try {
      const model = await readKerasH5Source(byteSourceOf('m.h5', bytes));
      for (const { dtype, shape, read } of sources(model)) expect(read().length).toBe(elementCount(shape) * DTYPE_BYTES[dtype]);
    } catch (error) {
      if (!(error instanceof TorchliftError) || error.code === 'internal') throw error;
    }
  }

  const withMutations = (bytes: Uint8Array) =>
    fc
      .array(fc.tuple(fc.nat(bytes.length - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff))), { minLength: 1, maxLength: 6 })
      .map((changes) => {
        const changed = bytes.slice();
        for (const [at, value] of changes) changed[at] = value;
        return changed;
      });

  test('cut anywhere', async () => {
    const bytes = await writeH5(kerasContent({ a: { k: ramp(9) }, b: { k: ramp(2, 2), l: ramp() } }));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length), (length) => survive(bytes.subarray(0, length))),
      { numRuns: 200 },
    );
  });

  test('bytes changed, classic structures', async () => {
    const content = kerasContent({ a: { k: ramp(9) }, b: { k: ramp(2, 2), l: { soft: '/model_weights/b/k' } } });
    const bytes = await writeH5({ ...content, children: { ...content.children, optimizer_weights: { children: { m: ramp(4) } } } });
    await fc.assert(fc.asyncProperty(withMutations(bytes), survive), { numRuns: 1500 });
  });

  test.each([
    ['types.h5', 500],
    ['latest.h5', 15],
  ])('bytes changed in %s', async (name, numRuns) => {
    const { readFileSync } = await import('node:fs');
    await fc.assert(fc.asyncProperty(withMutations(new Uint8Array(readFileSync(fixture(name)))), survive), { numRuns });
  });
});

function withOptimizer(children: NonNullable<H5Content['children']>): H5Content {
  const content = kerasContent({});
  return { ...content, children: { ...content.children, optimizer_weights: { children } } };
}

function brokenLayer(names: readonly string[]): H5Content {
  const layer = { attributes: { weight_names: names } };
  return { children: { model_weights: { attributes: { layer_names: ['a'] }, children: { a: layer } } } };
}

function deepConfig(depth: number): H5Content {
  return { attributes: { model_config: '['.repeat(depth) + ']'.repeat(depth), layer_names: new Float64Array(0) } };
}
