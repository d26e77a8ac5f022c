import { describe, expect, test } from 'vitest';
import type { TorchliftError } from '../../../core/errors.ts';
import { dense, functional, input, layer } from '../testing/model-file.ts';
import { readModelConfig } from './read-model-config.ts';

const FILE = { fileName: 'model.h5', kerasVersion: '2.2.4', backend: 'tensorflow' };

function read(config: unknown, file: { fileName: string; kerasVersion: string | undefined; backend: string | undefined } = FILE) {
  return readModelConfig(config, file);
}

function errorOf(config: unknown, file = FILE): TorchliftError {
  try {
    read(config, file);
  } catch (error) {
    return error as TorchliftError;
  }
  throw new Error('it was read');
}

/** The modern form of one layer's class and options. */
function layerOf(entry: object) {
  const { model, warnings } = read({ class_name: 'Sequential', config: { name: 's', layers: [input('x', [null, 4]), entry] } });
  const found = model.layers[1];
  return { className: found?.className, config: found?.config, warnings };
}

const options = (config: object, className = 'Dense') => layerOf({ class_name: className, config: { name: 'l', ...config } }).config ?? {};
const classOf = (entry: object) => layerOf({ config: { name: 'l' }, ...entry }).className;

describe('Sequential models become chains', () => {
  const entries = [
    { class_name: 'Dense', config: { name: 'a', units: 3, batch_input_shape: [null, 4], dtype: 'float32' } },
    { class_name: 'Dense', config: { name: 'b', units: 2 } },
  ];

  test.each([
    ['a bare list (Keras before 2.2.3)', entries],
    ['an object', { name: 's', layers: entries }],
    [
      'with its InputLayer',
      { name: 's', layers: [{ class_name: 'InputLayer', config: { name: 'a_input', batch_input_shape: [null, 4], dtype: 'float32' } }, ...entries] },
    ],
    [
      'built later',
      {
        name: 's',
        build_input_shape: [null, 4],
        layers: entries.map(({ class_name, config: { name, units } }) => ({ class_name, config: { name, units } })),
      },
    ],
  ])('%s', (_, config) => {
    const { model } = read({ class_name: 'Sequential', config });
    expect(model.layers.map(({ name }) => name)).toEqual(['a_input', 'a', 'b']);
    expect(model.layers[0]?.config.batch_input_shape).toEqual([null, 4]);
    expect(model.layers[2]?.nodes[0]?.first).toEqual({ kind: 'tensor', reference: { layer: 'a', node: 0, tensor: 0 } });
    expect(model.inputs).toEqual([{ layer: 'a_input', node: 0, tensor: 0 }]);
    expect(model.outputs).toEqual([{ layer: 'b', node: 0, tensor: 0 }]);
  });

  test('the first layer of a nested first model gives the shape', () => {
    const inner = { class_name: 'Sequential', config: entries };
    const { model } = read({
      class_name: 'Sequential',
      config: {
        name: 's',
        layers: [
          { ...inner, name: 'base' },
          { class_name: 'Flatten', config: { name: 'f' } },
        ],
      },
    });
    expect(model.layers[0]).toMatchObject({ name: 'base_input', config: { batch_input_shape: [null, 4], dtype: 'float32' } });
  });
});

describe('class names', () => {
  test.each([
    [{ class_name: 'BatchNormalizationV1' }, 'BatchNormalization'],
    [{ class_name: 'BatchNormalizationV2' }, 'BatchNormalization'],
    [{ class_name: 'SyncBatchNormalization' }, 'BatchNormalization'],
    [{ class_name: 'Convolution2D' }, 'Conv2D'],
    [{ class_name: 'experimental.preprocessing.Rescaling' }, 'Rescaling'],
    [{ class_name: 'Conv2D', module: 'keras.layers', registered_name: null }, 'Conv2D'],
    [{ class_name: 'Conv2D', module: 'keras.src.layers.convolutional.conv2d', registered_name: 'Conv2D' }, 'Conv2D'],
    // A user's own class is never taken for Keras' one of the same name.
    [{ class_name: 'Custom>Dense' }, 'Custom>Dense'],
    [{ class_name: 'Dense', module: null, registered_name: 'Custom>Dense' }, 'Custom>Dense'],
    [{ class_name: 'Dense', module: 'my.models', registered_name: 'Dense' }, 'my.models>Dense'],
    [{ class_name: 'Merge', config: { name: 'l', mode: 'concat', concat_axis: 3 } }, 'Concatenate'],
    [{ class_name: 'Merge', config: { name: 'l', mode: 'cos' } }, 'Merge'],
  ])('%j is %s', (entry, expected) => {
    expect(classOf(entry)).toBe(expected);
  });
});

describe('options', () => {
  test.each([
    [null, 'linear'],
    ['relu', 'relu'],
    ['tf.nn.relu6', 'relu6'],
    ['keras.activations.swish', 'swish'],
    ['Custom>swish', 'Custom>swish'],
    [{ class_name: 'function', config: 'gelu', registered_name: 'function', module: 'builtins' }, 'gelu'],
    [{ class_name: 'function', config: 'relu', registered_name: 'Mine>relu' }, 'Mine>relu'],
    [
      { class_name: 'LeakyReLU', config: { name: 'r', alpha: { type: 'ndarray', value: 0.25 } } },
      { class_name: 'LeakyReLU', config: { name: 'r', alpha: 0.25 } },
    ],
    [{ class_name: 'Activation', config: { activation: 'tanh' } }, 'tanh'],
  ])('activation %j is %j', (activation, expected) => {
    expect(options({ activation }).activation).toEqual(expected);
  });

  test('numpy values, tuples, null data_format, list axis, groups of a depthwise convolution', () => {
    expect(options({ alpha: { type: 'ndarray', value: [[0.5]] } }).alpha).toEqual([[0.5]]);
    expect(options({ shape: { class_name: '__tuple__', items: [1, 2] } }).shape).toEqual([1, 2]);
    expect(options({ data_format: null }).data_format).toBe('channels_last');
    expect(options({ axis: [3] }).axis).toBe(3);
    expect(options({ axis: [1, 2] }).axis).toEqual([1, 2]);
    expect(options({ groups: 8 }, 'DepthwiseConv2D')).not.toHaveProperty('groups');
  });

  test('training-only objects are not looked at, whatever they hold', () => {
    const config = options({
      kernel_initializer: { class_name: 'Evil' },
      bias_regularizer: 'mine',
      kernel_constraint: 7,
      activity_regularizer: {},
      units: 2,
    });
    expect(Object.keys(config)).toEqual(['name', 'units']);
  });

  test('dtype policies', () => {
    const policy = { class_name: 'Policy', config: { name: 'mixed_float16' } };
    const mixed = layerOf({ class_name: 'Dense', config: { name: 'l', dtype: policy } });
    expect(mixed.config?.dtype).toBe('float32');
    expect(mixed.warnings).toEqual(['l: dtype policy mixed_float16: computed in float32 here']);
    expect(layerOf({ class_name: 'Dense', config: { name: 'l', dtype: 'float64' } }).warnings[0]).toContain('float64');
    expect(layerOf({ class_name: 'Dense', config: { name: 'l', dtype: 'float32' } }).warnings).toEqual([]);
    expect(options({ dtype: 'int32' }).dtype).toBe('int32');
  });

  test('a key called __proto__ stays a key', () => {
    const config = JSON.parse('{"name": "l", "__proto__": {"units": 3}}');
    expect(options(config).units).toBeUndefined();
  });
});

describe('node data', () => {
  const nodesOf = (inbound: unknown) => {
    const entry = { ...layer('Add', 'sum', {}), inbound_nodes: inbound };
    return read(functional('m', [input('x', [null, 4]), input('y', [null, 4]), entry], [['x', 0, 0]], [['sum', 0, 0]])).model.layers[2]?.nodes;
  };
  const tensor = (name: string) => ({ kind: 'tensor', reference: { layer: name, node: 0, tensor: 0 } });

  test('every form of a call', () => {
    expect(nodesOf([[['x', 0, 0, {}]]])).toEqual([{ first: tensor('x'), others: [] }]);
    expect(nodesOf([['x', 0, 0, { y: ['y', 0, 0] }]])).toEqual([{ first: tensor('x'), others: [['y', tensor('y')]] }]);
    expect(
      nodesOf([
        [
          ['x', 0, 0],
          ['y', 0, 0, {}],
        ],
      ])?.[0]?.first,
    ).toEqual({ kind: 'list', items: [tensor('x'), tensor('y')] });
    expect(nodesOf([['_CONSTANT_VALUE', -1, 2.5, {}]])?.[0]?.first).toEqual({ kind: 'constant', value: 2.5 });
    expect(nodesOf([{ b: ['y', 0, 0, {}], a: ['x', 0, 0, {}] }])?.[0]?.first).toEqual({
      kind: 'dict',
      entries: [
        ['a', tensor('x')],
        ['b', tensor('y')],
      ],
    });
    // Three strings are an argument, not a tensor; neither is a list whose name is no layer's.
    expect(nodesOf([[['x', 0, 0, { names: ['x', 'y', 'z'], spec: ['other', 1, 2] }]]])?.[0]?.others.map(([, { kind }]) => kind)).toEqual([
      'constant',
      'constant',
    ]);
  });

  test.each([
    ['an unknown layer', [[['nobody', 0, 0, {}]]]],
    ['a negative index', [[['x', -1, 0, {}]]]],
    ['a fraction', [[['x', 0, 0.5, {}]]]],
    ['arguments as a list', [[['x', 0, 0, [1]]]]],
    ['a number', [7]],
    ['an object', { 0: [] }],
  ])('%s is malformed, naming the layer', (_, inbound) => {
    const error = (() => {
      try {
        nodesOf(inbound);
      } catch (caught) {
        return caught as TorchliftError;
      }
      throw new Error('it was read');
    })();
    expect(error).toMatchObject({ code: 'malformed-config', where: 'model.h5: layer sum' });
  });

  test('input_layers and output_layers: a list, one triple, a dict', () => {
    const ports = (output: unknown) =>
      read({
        class_name: 'Model',
        config: { name: 'm', layers: [input('x', [null, 4]), dense('d', 2, {}, [['x', 0, 0]])], input_layers: ['x', 0, 0], output_layers: output },
      }).model;
    expect(ports(['d', 0, 0]).outputs).toHaveLength(1);
    expect(ports([['d', 0, 0], [['x', 0, 0]]]).outputs.map(({ layer: name }) => name)).toEqual(['d', 'x']);
    expect(ports({ z: ['d', 0, 0], a: ['x', 0, 0] }).outputs.map(({ layer: name }) => name)).toEqual(['x', 'd']);
  });
});

describe('what is no model', () => {
  test.each([
    ['a string', 'hello'],
    ['a list', []],
    ['no class', { config: {} }],
    ['no layers', { class_name: 'Functional', config: { layers: [] } }],
    ['layers that are no list', { class_name: 'Functional', config: { layers: 3 } }],
    ['a layer that is a number', { class_name: 'Sequential', config: [3] }],
    ['two layers of one name', { class_name: 'Sequential', config: [dense('d', 2, {}), dense('d', 2, {})] }],
    ['no outputs', functional('m', [input('x', [null, 4])], [['x', 0, 0]], [])],
  ])('%s is malformed', (_, config) => {
    expect(errorOf(config).code).toBe('malformed-config');
  });

  test('depth bombs end at a limit', () => {
    let json: unknown = 0;
    for (let level = 0; level < 5000; level++) json = [json];
    expect(errorOf({ class_name: 'Sequential', config: [{ class_name: 'Dense', config: { name: 'd', units: json } }] }).code).toBe('limit-exceeded');
    let model: object = { class_name: 'Sequential', config: [dense('d', 2, {})] };
    for (let level = 0; level < 40; level++) model = { class_name: 'Sequential', config: [{ ...model, name: `m${level}` }] };
    expect(errorOf(model).code).toBe('limit-exceeded');
  });

  test('a subclass with a functional config is read as that, with a warning', () => {
    const config = functional('m', [input('x', [null, 4]), dense('d', 2, {}, [['x', 0, 0]])], [['x', 0, 0]], [['d', 0, 0]]);
    expect(read({ ...config, class_name: 'MyTrainer' }).warnings[0]).toContain('MyTrainer');
  });
});
