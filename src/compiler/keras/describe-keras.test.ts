import { expect, test } from 'vitest';
import { describeKeras } from './describe-keras.ts';
import { importKeras } from './import-keras.ts';
import { dense, functional, input, layer, modelFile, nested } from './testing/model-file.ts';
import { withArchitecture } from './with-architecture.ts';

test('a file with unsupported and unsafe layers is described, not refused', () => {
  const inner = functional('base', [input('i', [null, 4]), dense('d', 3, { trainable: false }, [['i', 0, 0]])], [['i', 0, 0]], [['d', 0, 0]]);
  const layers = [
    input('x', [null, 4]),
    nested(inner, 'base', [['x', 0, 0]]),
    dense('head', 2, {}, [['base', 1, 0]]),
    layer('Mine>Scale', 'scale', {}, [['head', 0, 0]]),
    layer('Lambda', 'code', { function: ['4wEAAA==', null, null] }, [['scale', 0, 0]]),
    dense('dead', 2, {}, [['x', 0, 0]]),
  ];
  const file = modelFile(functional('m', layers, [['x', 0, 0]], [['code', 0, 0]]), {
    base: { k: [4, 3], b: [3] },
    head: { k: [3, 2], b: [2] },
    scale: { s: [5] },
    code: {},
    dead: { k: [4, 2], b: [2] },
  });
  const description = describeKeras(file);
  expect(description.findings.map(({ kind, layer: path }) => `${kind} ${path.join('/')}`)).toEqual(['unsupported scale', 'unsafe code']);
  expect(description.layers.map(({ path, parameters, used }) => [path.join('/'), parameters, used])).toEqual([
    ['x', { trainable: 0, nonTrainable: 0 }, true],
    ['base/i', { trainable: 0, nonTrainable: 0 }, true],
    ['base/d', { trainable: 0, nonTrainable: 15 }, true],
    ['head', { trainable: 8, nonTrainable: 0 }, true],
    ['scale', { trainable: 5, nonTrainable: 0 }, true],
    ['code', { trainable: 0, nonTrainable: 0 }, true],
    ['dead', { trainable: 10, nonTrainable: 0 }, false],
  ]);
  expect(description.layers[3]?.outputShapes).toEqual([['N', 2]]);
  expect(description.layers[4]?.outputShapes).toBeUndefined();
  expect(description.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: ['N', 4] }]);
  expect(description.outputs).toEqual([{ name: 'code', dtype: undefined, shape: undefined }]);
  expect(description.parameters).toEqual({ total: 38, trainable: 23, nonTrainable: 15 });
});

test('weights alone, and dialects that are refused, are described by their groups', () => {
  const weights = { d: { k: [4, 2], b: [2] } };
  const config = functional('m', [input('x', [null, 4]), dense('d', 2, {}, [['x', 0, 0]])], [['x', 0, 0]], [['d', 0, 0]]);
  expect(describeKeras(modelFile(undefined, weights))).toMatchObject({
    className: undefined,
    layers: [{ path: ['d'] }],
    findings: [{ kind: 'unsupported' }],
  });
  expect(describeKeras({ ...modelFile(config, weights), backend: 'theano' }).findings[0]?.what).toContain('Theano');
});

test('weights that do not fit are findings', () => {
  const config = functional('m', [input('x', [null, 4]), dense('d', 2, {}, [['x', 0, 0]])], [['x', 0, 0]], [['d', 0, 0]]);
  expect(describeKeras(modelFile(config, { d: { k: [4, 3], b: [2] } })).findings).toMatchObject([
    { kind: 'malformed', what: 'd: kernel is k [4, 3] in the file, expected [4, 2]' },
  ]);
});

test('an architecture from another file makes a model of weights', () => {
  const weights = { dense_9: { k: [4, 2], b: [2] } };
  const config = functional('m', [input('x', [null, 4]), dense('d', 2, {}, [['x', 0, 0]])], [['x', 0, 0]], [['d', 0, 0]]);
  const json = { ...config, keras_version: '2.15.0', backend: 'tensorflow' };
  const { graph } = importKeras(withArchitecture(modelFile(undefined, weights), json, 'model.json'));
  expect(graph.model).toMatchObject({ name: 'm', frameworkVersion: '2.15.0', sourceName: 'model.h5' });
  expect(() => withArchitecture(modelFile(undefined), { hello: 1 }, 'model.json')).toThrow('model.json: no architecture');
});
