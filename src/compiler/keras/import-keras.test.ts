import { describe, expect, test } from 'vitest';
import type { TorchliftError } from '../../core/errors.ts';
import type { KerasModelFile } from '../../formats/keras-model-file.ts';
import { verifyGraph } from '../graph/verify.ts';
import { importKeras } from './import-keras.ts';
import { dense, functional, input, layer, modelFile, namedWeight, nested } from './testing/model-file.ts';

const KERNEL = { 'k:0': [4, 2], 'b:0': [2] };
const SQUARE = { 'k:0': [4, 4], 'b:0': [4] };

function imported(file: KerasModelFile) {
  const model = importKeras(file);
  verifyGraph(model.graph, 'import');
  return model;
}

function errorOf(file: KerasModelFile): TorchliftError {
  try {
    importKeras(file);
  } catch (error) {
    return error as TorchliftError;
  }
  throw new Error('it was imported');
}

/** BatchNormalization over the last of 4 channels. */
const batchNorm = (name: string, config: object, ...calls: Parameters<typeof layer>[3][]) =>
  layer('BatchNormalization', name, { axis: [1], momentum: 0.99, epsilon: 0.001, center: true, scale: true, ...config }, ...calls);

describe('calls', () => {
  test('a layer called twice has two calls and one set of weights', () => {
    const config = functional('m', [input('x', [null, 4]), dense('d', 4, {}, [['x', 0, 0]], [['d', 0, 0]])], [['x', 0, 0]], [['d', 1, 0]]);
    const { graph, bindings } = imported(modelFile(config, { d: SQUARE }));
    expect(graph.calls.map(({ layer: path, index }) => `${path.join('/')} ${index}`)).toEqual(['d 0', 'd 1']);
    expect(bindings.map(({ name, sourceName }) => `${name} ${sourceName}`)).toEqual(['d/kernel k:0', 'd/bias b:0']);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['d']);
    expect(graph.values.get(graph.outputs[0]?.value as never)?.shape).toEqual(['N', 4]);
  });

  test('layers feed each other in a cycle, calls do not', () => {
    // a(b(a(b(x)))), saved with `a` in front of `b`.
    const layers = [input('x', [null, 4]), dense('a', 4, {}, [['b', 0, 0]], [['b', 1, 0]]), dense('b', 4, {}, [['x', 0, 0]], [['a', 0, 0]])];
    const { graph } = imported(modelFile(functional('m', layers, [['x', 0, 0]], [['a', 1, 0]]), { a: SQUARE, b: SQUARE }));
    expect(graph.calls.map(({ layer: path, index }) => `${path.join('/')}${index}`)).toEqual(['b0', 'a0', 'b1', 'a1']);
  });

  test('a cycle of calls is malformed', () => {
    const layers = [input('x', [null, 4]), dense('a', 4, {}, [['b', 0, 0]]), dense('b', 4, {}, [['a', 0, 0]])];
    const error = errorOf(modelFile(functional('m', layers, [['x', 0, 0]], [['a', 0, 0]])));
    expect(error.code).toBe('malformed-config');
    expect(error.message).toContain('cycle');
  });

  const backbone = functional('base', [input('i', [null, 4]), batchNorm('bn', {}, [['i', 0, 0]])], [['i', 0, 0]], [['bn', 0, 0]]);
  const bnWeights = { 'g:0': [4], 'be:0': [4], 'm:0': [4], 'v:0': [4] };

  test('a nested model called twice, once with training=False', () => {
    const layers = [
      input('x', [null, 4]),
      nested(backbone, 'base', [['x', 0, 0, {}]], [['x', 0, 0, { training: false }]]),
      layer('Add', 'sum', {}, [
        ['base', 1, 0],
        ['base', 2, 0],
      ]),
    ];
    const { graph, bindings } = imported(modelFile(functional('m', layers, [['x', 0, 0]], [['sum', 0, 0]]), { base: bnWeights }));
    expect(graph.calls.map(({ layer: path, index, mode }) => `${path.join('/')} ${index} ${mode}`)).toEqual([
      'base/bn 0 follows',
      'base/bn 1 inference',
      'sum 0 follows',
    ]);
    expect(bindings).toHaveLength(4);
  });

  test('node indexes that start elsewhere, because other calls belong to another model', () => {
    for (const first of [0, 1, 3]) {
      const layers = [input('x', [null, 4]), nested(backbone, 'base', [['x', 0, 0]])];
      const { graph } = imported(modelFile(functional('m', layers, [['x', 0, 0]], [['base', first, 0]]), { base: bnWeights }));
      expect(graph.calls).toHaveLength(1);
    }
  });

  test('a node that no call of the layer has is malformed', () => {
    const layers = [input('x', [null, 4]), dense('d', 4, {}, [['x', 0, 0]], [['d', 0, 0]])];
    const config = functional(
      'm',
      layers,
      [['x', 0, 0]],
      [
        ['d', 0, 0],
        ['d', 5, 0],
      ],
    );
    expect(errorOf(modelFile(config, { d: SQUARE })).message).toContain('layer d: nodes 0 to 5 of it are used, but its model has 2 calls of it');
  });

  test('training=True is refused where it has an effect, and only there', () => {
    const frozen = functional('base', [input('i', [null, 4]), batchNorm('bn', { trainable: false }, [['i', 0, 0]])], [['i', 0, 0]], [['bn', 0, 0]]);
    const outer = (model: { class_name: string; config: object }) =>
      modelFile(functional('m', [input('x', [null, 4]), nested(model, 'base', [['x', 0, 0, { training: true }]])], [['x', 0, 0]], [['base', 1, 0]]), {
        base: bnWeights,
      });
    const error = errorOf(outer(backbone));
    expect(error.exitCode).toBe(7);
    expect(error.details).toEqual(["base/bn (BatchNormalization): called with training=True, which a converted model can't keep"]);
    expect(imported(outer(frozen)).graph.calls[0]?.mode).toBe('inference');
  });

  test('an inner training= overrides the outer one', () => {
    const inner = functional('base', [input('i', [null, 4]), batchNorm('bn', {}, [['i', 0, 0, { training: false }]])], [['i', 0, 0]], [['bn', 0, 0]]);
    const layers = [input('x', [null, 4]), nested(inner, 'base', [['x', 0, 0, { training: true }]])];
    expect(imported(modelFile(functional('m', layers, [['x', 0, 0]], [['base', 1, 0]]), { base: bnWeights })).graph.calls[0]?.mode).toBe('inference');
  });

  test('outputs repeat, are inputs, and come from inside a submodel; an unused input stays', () => {
    const inner = functional(
      'base',
      [input('i', [null, 4]), dense('d1', 4, {}, [['i', 0, 0]]), dense('d2', 2, {}, [['d1', 0, 0]])],
      [['i', 0, 0]],
      [
        ['d1', 0, 0],
        ['d2', 0, 0],
      ],
    );
    const layers = [input('x', [null, 4]), input('unused', [null, 7]), nested(inner, 'base', [['x', 0, 0]])];
    const config = functional(
      'm',
      layers,
      [
        ['x', 0, 0],
        ['unused', 0, 0],
      ],
      [
        ['base', 1, 0],
        ['base', 1, 0],
        ['x', 0, 0],
      ],
    );
    const weights = { base: { 'k1:0': [4, 4], 'b1:0': [4], 'k2:0': [4, 2], 'b2:0': [2] } };
    const { graph, bindings } = imported(modelFile(config, weights));
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x', 'unused']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['base', 'base_1', 'x']);
    expect(graph.outputs[0]?.value).toBe(graph.outputs[1]?.value);
    expect(graph.outputs[2]?.value).toBe(graph.inputs[0]?.value);
    // d2 is dead: neither emitted nor registered, but its weights keep their place in the group.
    expect(bindings.map(({ name }) => name)).toEqual(['base/d1/kernel', 'base/d1/bias']);
  });

  test('a dead branch may hold anything', () => {
    const layers = [
      input('x', [null, 4]),
      dense('d', 2, {}, [['x', 0, 0]]),
      layer('Lambda', 'metric', { function: ['4wEAAA==', null, null] }, [['d', 0, 0]]),
      layer('Loss>Head', 'loss', {}, [['metric', 0, 0]]),
    ];
    const file = modelFile(functional('m', layers, [['x', 0, 0]], [['d', 0, 0]]), { d: KERNEL, loss: { 'w:0': [3] } });
    expect(imported(file).graph.calls.map(({ className }) => className)).toEqual(['Dense']);
  });

  test('tensors in the arguments of a call, and constants in its first', () => {
    const layers = [
      input('x', [null, 4]),
      {
        class_name: 'TFOpLambda',
        name: 'tf.math.subtract',
        config: { name: 'tf.math.subtract', function: 'math.subtract' },
        inbound_nodes: [['_CONSTANT_VALUE', -1, 1, { y: ['x', 0, 0], name: null }]],
      },
    ];
    const { graph } = imported(modelFile(functional('m', layers, [['x', 0, 0]], [['tf.math.subtract', 0, 0]])));
    const sub = graph.nodes.find(({ op }) => op === 'Sub');
    expect(sub?.inputs[1]).toBe(graph.inputs[0]?.value);
    expect(graph.weights.has(sub?.inputs[0] as never)).toBe(true);
  });

  test('a nested model casts to the dtype of its input, as Keras does', () => {
    const inner = functional('base', [input('i', [null, 4]), dense('d', 2, {}, [['i', 0, 0]])], [['i', 0, 0]], [['d', 0, 0]]);
    const layers = [input('x', [null, 4], 'uint8'), nested(inner, 'base', [['x', 0, 0]])];
    const { graph } = imported(modelFile(functional('m', layers, [['x', 0, 0]], [['base', 1, 0]]), { base: KERNEL }));
    expect(graph.values.get(graph.inputs[0]?.value as never)?.dtype).toBe('uint8');
    expect(graph.nodes[0]?.op).toBe('Cast');
    expect(graph.calls[0]).toMatchObject({ layer: ['base', 'i'], className: 'InputLayer' });
  });

  test('a bomb of nested calls ends at the limit', () => {
    let model = functional('m0', [input('x', [null, 4]), dense('d', 4, {}, [['x', 0, 0]])], [['x', 0, 0]], [['d', 0, 0]]);
    for (let level = 1; level <= 20; level++) {
      const inner = nested(model, 'n', [['x', 0, 0]], [['n', 1, 0]]);
      model = functional(`m${level}`, [input('x', [null, 4]), inner], [['x', 0, 0]], [['n', 2, 0]]);
    }
    expect(errorOf(modelFile(model)).code).toBe('limit-exceeded');
  });
});

describe('weights', () => {
  test('bind by order, whatever their names', () => {
    const config = functional('m', [input('x', [null, 4]), dense('d', 2, {}, [['x', 0, 0]])], [['x', 0, 0]], [['d', 0, 0]]);
    const { bindings } = imported(modelFile(config, { d: { 'dense_7/bias:0': [4, 2], 'dense_7/kernel:0': [2] } }));
    expect(bindings.map(({ role, sourceName }) => `${role} ${sourceName}`)).toEqual(['weight dense_7/bias:0', 'bias dense_7/kernel:0']);
  });

  test('a nested group holds trainable weights first, then moving statistics and frozen layers, each in layer order', () => {
    const inner = functional(
      'base',
      [
        input('i', [null, 4]),
        dense('frozen', 4, { trainable: false }, [['i', 0, 0]]),
        batchNorm('bn', {}, [['frozen', 0, 0]]),
        dense('head', 4, {}, [['bn', 0, 0]]),
      ],
      [['i', 0, 0]],
      [['head', 0, 0]],
    );
    const group = { gamma: [4], beta: [4], kernel: [4, 4], bias: [4], frozenKernel: [4, 4], frozenBias: [4], mean: [4], variance: [4] };
    const layers = [input('x', [null, 4]), nested(inner, 'base', [['x', 0, 0]])];
    const { bindings } = imported(modelFile(functional('m', layers, [['x', 0, 0]], [['base', 1, 0]]), { base: group }));
    expect(Object.fromEntries(bindings.map(({ name, sourceName, trainable }) => [name, `${sourceName} ${trainable}`]))).toEqual({
      'base/frozen/kernel': 'frozenKernel false',
      'base/frozen/bias': 'frozenBias false',
      'base/bn/gamma': 'gamma true',
      'base/bn/beta': 'beta true',
      'base/bn/moving_mean': 'mean false',
      'base/bn/moving_variance': 'variance false',
      'base/head/kernel': 'kernel true',
      'base/head/bias': 'bias true',
    });
  });

  test('a frozen model inside a model stands among its untrained weights', () => {
    const core = functional('core', [input('i', [null, 4]), dense('c', 4, {}, [['i', 0, 0]])], [['i', 0, 0]], [['c', 0, 0]], { trainable: false });
    const middle = functional(
      'mid',
      [input('j', [null, 4]), nested(core, 'core', [['j', 0, 0]]), dense('post', 4, {}, [['core', 1, 0]])],
      [['j', 0, 0]],
      [['post', 0, 0]],
    );
    const layers = [input('x', [null, 4]), nested(middle, 'mid', [['x', 0, 0]])];
    const group = { postKernel: [4, 4], postBias: [4], coreKernel: [4, 4], coreBias: [4] };
    const { bindings } = imported(modelFile(functional('m', layers, [['x', 0, 0]], [['mid', 1, 0]]), { mid: group }));
    expect(bindings.map(({ name, sourceName, trainable }) => `${name} ${sourceName} ${trainable}`)).toEqual([
      'mid/core/c/kernel coreKernel false',
      'mid/core/c/bias coreBias false',
      'mid/post/kernel postKernel true',
      'mid/post/bias postBias true',
    ]);
  });

  test('an unsupported layer that no output needs keeps its place in a nested group', () => {
    const inner = functional(
      'base',
      [input('i', [null, 4]), layer('My>Head', 'head', {}, [['i', 0, 0]]), dense('d', 2, {}, [['i', 0, 0]])],
      [['i', 0, 0]],
      [
        ['head', 0, 0],
        ['d', 0, 0],
      ],
    );
    const layers = [input('x', [null, 4]), nested(inner, 'base', [['x', 0, 0]])];
    const group = { 'head/a:0': [3], 'd/kernel:0': [4, 2], 'd/bias:0': [2] };
    const { bindings } = imported(modelFile(functional('m', layers, [['x', 0, 0]], [['base', 1, 1]]), { base: group }));
    expect(bindings.map(({ sourceName }) => sourceName)).toEqual(['d/kernel:0', 'd/bias:0']);
  });

  test('missing, misshapen and extra weights are told together', () => {
    const layers = [input('x', [null, 4]), dense('a', 4, {}, [['x', 0, 0]]), dense('b', 4, {}, [['a', 0, 0]]), dense('c', 4, {}, [['b', 0, 0]])];
    const config = functional('m', layers, [['x', 0, 0]], [['c', 0, 0]]);
    const error = errorOf(modelFile(config, { a: { 'a/k': [4, 5], 'a/b': [4] }, b: { 'b/k': [4, 4] }, c: { ...SQUARE, extra: [1] } }));
    expect(error.code).toBe('malformed-weights');
    expect(error.details).toEqual([
      'a: kernel is a/k [4, 5] in the file, expected [4, 4]',
      'b: 1 weight in the file, expected 2',
      'b: bias [4] is missing',
      'c: 3 weights in the file, expected 2',
      'c: extra [1] belongs to no variable',
    ]);
  });

  test('weights of another session bind by the order of the groups', () => {
    const layers = [
      input('x', [null, 4]),
      dense('dense', 4, {}, [['x', 0, 0]]),
      layer('Flatten', 'f', {}, [['dense', 0, 0]]),
      dense('dense_1', 2, {}, [['f', 0, 0]]),
    ];
    const config = functional('m', layers, [['x', 0, 0]], [['dense_1', 0, 0]]);
    const { bindings } = imported(modelFile(config, { x_7: {}, dense_7: { a: [4, 4], b: [4] }, flatten_3: {}, dense_8: { c: [4, 2], d: [2] } }));
    expect(bindings.map(({ name, sourceName }) => `${name} ${sourceName}`)).toEqual([
      'dense/kernel a',
      'dense/bias b',
      'dense_1/kernel c',
      'dense_1/bias d',
    ]);
  });

  test('a tfjs file has one list, sorted by layer', () => {
    const layers = [input('x', [null, 4]), dense('z', 4, {}, [['x', 0, 0]]), dense('a', 4, {}, [['z', 0, 0]])];
    const file: KerasModelFile = {
      ...modelFile(functional('m', layers, [['x', 0, 0]], [['a', 0, 0]])),
      format: 'tfjs-layers',
      groups: [
        {
          layer: null,
          weights: [namedWeight('a/kernel', [4, 4]), namedWeight('a/bias', [4]), namedWeight('z/kernel', [4, 4]), namedWeight('z/bias', [4])],
        },
      ],
    };
    expect(imported(file).bindings.every(({ name, sourceName }) => name === sourceName)).toBe(true);
  });

  test('layers saved as one object are one layer', () => {
    const shared = { ...dense('d', 4, {}, [['i', 0, 0]]), shared_object_id: 3 };
    const one = functional('one', [input('i', [null, 4]), shared], [['i', 0, 0]], [['d', 0, 0]]);
    const layers = [
      input('x', [null, 4]),
      nested(one, 'one', [['x', 0, 0]]),
      nested({ ...one, config: { ...one.config, name: 'two' } }, 'two', [['one', 1, 0]]),
    ];
    const { graph, bindings } = imported(modelFile(functional('m', layers, [['x', 0, 0]], [['two', 1, 0]]), { one: SQUARE, two: SQUARE }));
    expect(bindings.map(({ name }) => name)).toEqual(['one/d/kernel', 'one/d/bias']);
    expect(graph.calls.map(({ layer: path, index }) => `${path.join('/')} ${index}`)).toEqual(['one/d 0', 'one/d 1']);
  });

  test('half and double weights are read as float32', () => {
    const config = functional('m', [input('x', [null, 4]), dense('d', 1, { use_bias: false }, [['x', 0, 0]])], [['x', 0, 0]], [['d', 0, 0]]);
    const half = new Uint8Array(new Uint16Array([0x3c00, 0xc000, 0x0001, 0x7c00]).buffer);
    const file: KerasModelFile = {
      ...modelFile(config),
      groups: [{ layer: 'd', weights: [{ name: 'k', source: { dtype: 'float16', shape: [4, 1], place: 'k', read: () => half } }] }],
    };
    const [weight] = [...imported(file).graph.weights.values()].filter(({ kind }) => kind === 'parameter');
    const bytes = weight?.source.read() ?? new Uint8Array();
    expect([...new Float32Array(bytes.buffer)]).toEqual([1, -2, 2 ** -24, Number.POSITIVE_INFINITY]);
  });
});

describe('refusals', () => {
  const withLayers = (...layers: object[]) => modelFile(functional('m', [input('x', [null, 4]), ...layers], [['x', 0, 0]], [['last', 0, 0]]));

  test('all unsupported layers are listed at once', () => {
    const error = errorOf(
      withLayers(
        layer('Mine>A', 'a', {}, [['x', 0, 0]]),
        layer('KerasLayer', 'hub', { handle: 'https://tfhub.dev/x' }, [['a', 0, 0]]),
        dense('last', 2, { activation: 'wobble' }, [['hub', 0, 0]]),
      ),
    );
    expect(error.exitCode).toBe(7);
    expect(error.details.map((line) => line.split(':')[0])).toEqual(['a (Mine>A)', 'hub (KerasLayer)', 'last (Dense)']);
    expect(error.remedy).toContain('SavedModel');
  });

  test('a Lambda is unsafe, and that outweighs unsupported; both are named', () => {
    const error = errorOf(
      withLayers(layer('Mine>A', 'a', {}, [['x', 0, 0]]), layer('Lambda', 'last', { function: ['4wEAAA==', null, null] }, [['a', 0, 0]])),
    );
    expect(error).toMatchObject({ code: 'unsafe-lambda', exitCode: 4 });
    expect(error.details).toEqual([
      'last (Lambda): a Lambda is Python bytecode; it is neither run nor read',
      expect.stringMatching(/^a \(Mine>A\): /),
    ]);
  });

  test('options are read as Keras reads them: upper case padding, None for no bias, the inner names of TensorFlow', () => {
    const conv = { filters: 2, kernel_size: [1, 1], padding: 'VALID', use_bias: null, activation: 'log_softmax_v2' };
    const image = functional('m', [input('x', [null, 4, 4, 3]), layer('Conv2D', 'last', conv, [['x', 0, 0]])], [['x', 0, 0]], [['last', 0, 0]]);
    const { graph } = imported(modelFile(image, { last: { kernel: [1, 1, 3, 2] } }));
    expect(graph.nodes.map(({ op }) => op)).toContain('LogSoftmax');
    expect([...graph.weights.values()].filter(({ kind }) => kind === 'parameter').map(({ role }) => role)).toEqual(['weight']);
  });

  test('code inside a wrapper or as an activation is unsafe too; arguments nobody reads are refused', () => {
    const wrapper = layer('TimeDistributed', 'last', { layer: { class_name: 'Lambda', config: { name: 'l' } } }, [['x', 0, 0]]);
    expect(errorOf(withLayers(wrapper)).code).toBe('unsafe-lambda');
    const activation = { class_name: '__lambda__', config: { code: '4wEAAA==' } };
    expect(errorOf(withLayers(dense('last', 2, { activation }, [['x', 0, 0]]))).code).toBe('unsafe-lambda');
    const masked = layer('Flatten', 'last', {}, [['x', 0, 0, { mask: ['x', 0, 0] }]]);
    expect(errorOf(withLayers(masked)).details).toEqual(['last (Flatten): a call with the argument "mask"']);
  });

  test('InceptionResNetV2’s scaling Lambda is known by its structure, with a warning', () => {
    const conv = { filters: 3, kernel_size: [1, 1], strides: [1, 1], padding: 'same', activation: 'linear', use_bias: false };
    const scale = (name: string) =>
      layer('Lambda', name, { function: ['4wEAAA==', null, null], arguments: { scale: 0.17 } }, [
        ['x', 0, 0],
        ['conv', 0, 0],
      ]);
    const layers = [input('x', [null, 8, 8, 3]), layer('Conv2D', 'conv', conv, [['x', 0, 0]]), scale('block35_1')];
    const { graph, warnings } = imported(modelFile(functional('m', layers, [['x', 0, 0]], [['block35_1', 0, 0]]), { conv: { k: [1, 1, 3, 3] } }));
    expect(graph.nodes.slice(-2).map(({ op }) => op)).toEqual(['Mul', 'Add']);
    expect(warnings.join()).toContain('block35_1');
    const other = [
      ...layers.slice(0, 2),
      layer('Lambda', 'block35_1', { function: ['4wEAAA==', null, null], arguments: { scale: 0.17, more: 1 } }, [
        ['x', 0, 0],
        ['conv', 0, 0],
      ]),
    ];
    expect(errorOf(modelFile(functional('m', other, [['x', 0, 0]], [['block35_1', 0, 0]]))).code).toBe('unsafe-lambda');
  });

  test('files that need something else say what', () => {
    expect(errorOf(modelFile(undefined, { d: KERNEL }))).toMatchObject({ code: 'weights-only', exitCode: 7 });
    expect(errorOf({ ...withLayers(), backend: 'theano' }).message).toContain('Theano');
    expect(errorOf({ ...withLayers(), kerasVersion: '1.2.2' }).message).toContain('Keras 1');
    expect(errorOf({ ...withLayers(), kerasVersion: '3.4.1' }).message).toContain('Keras 3.4.1');
    expect(errorOf(modelFile({ class_name: 'MyModel', config: {} })).code).toBe('unsupported');
    const old = layer('Convolution2D', 'last', { nb_filter: 3, border_mode: 'same' }, [['x', 0, 0]]);
    expect(errorOf({ ...withLayers(old), kerasVersion: undefined }).message).toContain('Keras 1');
  });

  test('an input without a shape, or of strings', () => {
    const config = (x: object) => modelFile(functional('m', [x, layer('Flatten', 'f', {}, [['x', 0, 0]])], [['x', 0, 0]], [['f', 0, 0]]));
    expect(errorOf(config(input('x', [null, 4], 'string'))).details[0]).toContain('dtype "string"');
    expect(errorOf(modelFile({ class_name: 'Sequential', config: [dense('d', 2, {})] })).details[0]).toContain('shape of the model’s input');
    expect(errorOf(config(input('x', [null, -4]))).code).toBe('malformed-config');
  });
});

test.each([
  ['BatchNormalization', { axis: [3], momentum: 0.99, epsilon: 0.001, center: true, scale: true }, { g: [3], be: [3], m: [3], v: [3] }],
  ['LayerNormalization', { axis: [3], epsilon: 0.001, center: true, scale: true }, { g: [3], be: [3] }],
  ['LeakyReLU', { alpha: 0.3 }, {}],
])('%s casts the bytes of an image, as in Keras', (className, config, weights) => {
  const layers = [input('x', [null, 4, 4, 3], 'uint8'), layer(className, 'y', config, [['x', 0, 0]])];
  const { graph } = imported(modelFile(functional('m', layers, [['x', 0, 0]], [['y', 0, 0]]), { y: weights }));
  expect(graph.values.get(graph.inputs[0]?.value as never)?.dtype).toBe('uint8');
  expect(graph.values.get(graph.outputs[0]?.value as never)?.dtype).toBe('float32');
});

test('a layer on integers that no runtime computes is refused, not written', () => {
  const layers = [input('x', [null, 4, 4, 3], 'uint8'), layer('GlobalAveragePooling2D', 'y', {}, [['x', 0, 0]])];
  const error = errorOf(modelFile(functional('m', layers, [['x', 0, 0]], [['y', 0, 0]])));
  expect(error).toMatchObject({
    code: 'unsupported',
    details: [expect.stringContaining('y (GlobalAveragePooling2D): computes on a tensor of uint8')],
  });
  expect(error.remedy).toContain('Rescaling');
});
