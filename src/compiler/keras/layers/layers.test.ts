import { describe, expect, test } from 'vitest';
import type { DType } from '../../../core/dtypes.ts';
import { TorchliftError } from '../../../core/errors.ts';
import type { Graph, Node } from '../../graph/graph.ts';
import { findLayer, listLayers } from './index.ts';
import { emitCase } from './testing/emit-case.ts';
import { listTfFunctions } from './tf-functions/index.ts';

interface Sketch {
  readonly inputs?: readonly (readonly (number | null)[])[];
  readonly dtype?: DType;
  readonly weights?: Readonly<Record<string, readonly number[]>>;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly first?: unknown;
  readonly mode?: 'follows' | 'inference';
}

function emit(
  className: string,
  config: Readonly<Record<string, unknown>>,
  sketch: Sketch = {},
): { graph: Graph; ops: string[]; warnings: readonly string[] } {
  const { inputs = [[6, 5, 3]], dtype = 'float32', weights = {}, mode = 'follows', ...call } = sketch;
  const { graph, warnings } = emitCase(
    {
      name: 'm.h5: layer a',
      className,
      config,
      inputs: inputs.map((shape) => ({ shape, dtype })),
      weights: Object.entries(weights).map(([name, shape]) => ({ name, shape })),
      ...call,
    },
    mode,
  );
  return { graph, ops: graph.nodes.map(({ op }) => op), warnings };
}

function refusal(action: () => unknown): TorchliftError {
  try {
    action();
  } catch (error) {
    if (error instanceof TorchliftError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

function only(graph: Graph, op: string): Node {
  const nodes = graph.nodes.filter((node) => node.op === op);
  expect(nodes).toHaveLength(1);
  return nodes[0] as Node;
}

describe('convolutions', () => {
  const conv = { filters: 4, kernel_size: [3, 3], padding: 'same', strides: [2, 2] };

  test('SAME puts the odd pad at the bottom and the right', () => {
    const { graph } = emit('Conv2D', conv, { weights: { kernel: [3, 3, 3, 4], bias: [4] } });
    expect(only(graph, 'Conv').attributes.pads).toEqual([0, 1, 1, 1]);
  });

  test('SAME with a stride over a free size is refused, and says how to mend it', () => {
    const error = refusal(() => emit('Conv2D', conv, { inputs: [[null, null, 3]], weights: { kernel: [3, 3, 3, 4], bias: [4] } }));
    expect(error.code).toBe('unsupported');
    expect(error.what).toContain('padding "same" with stride 2 over a free size');
    expect(error.remedy).toContain('Fix the input size');
  });

  test('what PyTorch needs a size for is refused over a free one, with the same remedy', () => {
    const free = { inputs: [[null, null, 3]] };
    for (const interpolation of ['bilinear', 'bicubic'])
      expect(refusal(() => emit('UpSampling2D', { size: [2, 2], interpolation }, free)).remedy).toContain('Fix the input size');
  });

  test('VALID over a free size is fine', () => {
    const { graph } = emit('Conv2D', { ...conv, padding: 'valid' }, { inputs: [[null, null, 3]], weights: { kernel: [3, 3, 3, 4], bias: [4] } });
    expect(only(graph, 'Conv').attributes.pads).toEqual([0, 0, 0, 0]);
  });

  test('free channels leave no shape for the kernel', () => {
    expect(refusal(() => emit('Conv2D', conv, { inputs: [[4, 4, null]] })).what).toContain('must be fixed');
  });

  test.each([
    ['strides', [0, 1]],
    ['kernel_size', [3, -1]],
    ['filters', 0],
    ['kernel_size', [3]],
    ['use_bias', 'yes'],
  ])('%s %j is malformed', (key, value) => {
    expect(refusal(() => emit('Conv2D', { ...conv, [key]: value })).code).toBe('malformed-config');
  });

  test('an unknown padding or activation is refused by name', () => {
    expect(refusal(() => emit('Conv2D', { ...conv, padding: 'full' })).what).toContain('padding "full"');
    expect(refusal(() => emit('Conv2D', { ...conv, activation: 'snake' })).what).toContain('activation "snake"');
  });

  test('a separable convolution has two parts; the bias belongs to the second', () => {
    const { graph } = emit(
      'SeparableConv2D',
      { filters: 4, kernel_size: 2 },
      { weights: { depthwise_kernel: [2, 2, 3, 1], pointwise_kernel: [1, 1, 3, 4], bias: [4] } },
    );
    const owned = [...graph.weights.values()].filter(({ kind }) => kind === 'parameter');
    expect(owned.map(({ part, role }) => `${part}.${role}`)).toEqual(['depthwise.weight', 'pointwise.weight', 'pointwise.bias']);
  });
});

describe('weights', () => {
  test('a BatchNormalization without scale and center has ones and zeros of ours, no parameters', () => {
    const { graph } = emit('BatchNormalization', { scale: false, center: false }, { weights: { moving_mean: [3], moving_variance: [3] } });
    const [, gamma, beta] = only(graph, 'BatchNormalization').inputs;
    expect([gamma, beta].map((id) => graph.weights.get(id as never)?.kind)).toEqual(['constant', 'constant']);
    expect([...graph.weights.values()].some(({ kind }) => kind === 'parameter')).toBe(false);
  });

  test('epsilon and momentum stay Keras’ own', () => {
    const { graph } = emit('BatchNormalization', { momentum: 0.9 }, { weights: { gamma: [3], beta: [3], moving_mean: [3], moving_variance: [3] } });
    expect(only(graph, 'BatchNormalization').attributes).toMatchObject({ epsilon: 1e-3, momentum: 0.9, training_mode: 0 });
  });

  test('renorm and several axes are refused', () => {
    expect(refusal(() => emit('BatchNormalization', { renorm: true })).what).toContain('renorm');
    expect(refusal(() => emit('BatchNormalization', { axis: [1, 2] })).what).toContain('axis');
  });

  test('Dense is one Gemm over a weight [out, in]; of a higher rank a MatMul over the same', () => {
    const flat = emit('Dense', { units: 2 }, { inputs: [[4]], weights: { kernel: [4, 2], bias: [2] } });
    expect(flat.ops).toEqual(['Transpose', 'Gemm']);
    expect(flat.graph.values.get(only(flat.graph, 'Gemm').inputs[1] as never)?.shape).toEqual([2, 4]);
    const deep = emit('Dense', { units: 2 }, { inputs: [[3, 4]], weights: { kernel: [4, 2], bias: [2] } });
    expect(deep.ops).toEqual(['Transpose', 'Transpose', 'MatMul', 'Add']);
  });

  test('PReLU by channel has a weight [C] in front of the axes that broadcast; by element an alpha', () => {
    const shared = emit('PReLU', { shared_axes: [1, 2] }, { weights: { alpha: [1, 1, 3] } });
    expect([...shared.graph.weights.values()].find(({ kind }) => kind === 'parameter')?.role).toBe('weight');
    const unsqueeze = only(shared.graph, 'Unsqueeze');
    expect([unsqueeze.inputs[0], unsqueeze.outputs[0]].map((id) => shared.graph.values.get(id as never)?.shape)).toEqual([[3], [3, 1, 1]]);
    const own = emit('PReLU', { shared_axes: [1] }, { inputs: [[4, 5, 3]], weights: { alpha: [1, 5, 3] } });
    expect([...own.graph.weights.values()].map(({ role }) => role)).toEqual(['alpha']);
  });

  test('Normalization keeps mean, variance and count as buffers', () => {
    const { graph } = emit('Normalization', { axis: -1 }, { weights: { mean: [3], variance: [3], count: [] } });
    const buffers = [...graph.weights.values()].filter(({ kind }) => kind === 'buffer');
    expect(buffers.map(({ role }) => role)).toEqual(['mean', 'variance', 'count']);
  });
});

describe('what only trains', () => {
  test('Dropout is a node where the call follows the mode, and nothing where it never trains', () => {
    expect(emit('Dropout', { rate: 0.5 }).ops).toEqual(['Dropout']);
    expect(emit('Dropout', { rate: 0.5 }, { mode: 'inference' }).ops).toEqual([]);
    expect(emit('Dropout', { rate: 0 }).ops).toEqual([]);
    expect(refusal(() => emit('Dropout', { rate: 1.5 })).code).toBe('malformed-config');
  });

  test('SpatialDropout2D and StochasticDepth multiply with a Dropout of ones', () => {
    expect(emit('SpatialDropout2D', { rate: 0.5 }).ops).toEqual(['Transpose', 'Shape', 'Concat', 'Expand', 'Dropout', 'Mul', 'Transpose']);
    const { graph, ops } = emit('StochasticDepth', { drop_path_rate: 0.1 });
    expect(ops).toEqual(['Transpose', 'Shape', 'Concat', 'Expand', 'Dropout', 'Mul', 'Transpose']);
    expect(only(graph, 'Shape').attributes).toMatchObject({ start: 0, end: 1 });
    expect(emit('StochasticDepth', { drop_path_rate: 0.1 }, { mode: 'inference' }).ops).toEqual([]);
  });

  test('what PyTorch has no layer for does nothing, and says so where it would train', () => {
    const noisy = emit('GaussianNoise', { stddev: 0.1 });
    expect(noisy.ops).toEqual([]);
    expect(noisy.warnings[0]).toContain('GaussianNoise adds noise in training');
    expect(emit('RandomFlip', { mode: 'horizontal' }, { mode: 'inference' }).warnings).toEqual([]);
    expect(emit('RandomFlip', {}, { dtype: 'uint8' }).ops).toEqual(['Cast']);
  });
});

describe('refusals', () => {
  test('an argument nobody looks at, a mask say, refuses the call', () => {
    expect(refusal(() => emit('Softmax', {}, { arguments: { mask: { input: 0 } } })).what).toContain('"mask"');
    expect(emit('Softmax', {}, { arguments: { mask: null, training: false } }).ops).toEqual(['Softmax']);
  });

  test('masked embeddings', () => {
    expect(refusal(() => emit('Embedding', { input_dim: 4, output_dim: 2, mask_zero: true })).what).toContain('mask_zero');
  });

  test('a Reshape that loses elements', () => {
    expect(refusal(() => emit('Reshape', { target_shape: [7, -1] })).what).toContain('target_shape [7, -1]');
    expect(refusal(() => emit('Reshape', { target_shape: [-1, -1] })).code).toBe('malformed-config');
  });

  test('resizing a free size by a kernel of TensorFlow’s own, or to a size that no memory holds', () => {
    const free = { inputs: [[null, null, 3]] };
    expect(refusal(() => emit('Resizing', { height: 4, width: 4, interpolation: 'bicubic' }, free)).remedy).toContain('Fix the input size');
    expect(emit('Resizing', { height: 4, width: 4 }, free).ops).toEqual(['Transpose', 'Resize', 'Transpose']);
    expect(refusal(() => emit('UpSampling2D', { size: [1e9, 1], interpolation: 'area' })).what).toContain('a constant of shape');
  });

  test('more cropped than there is', () => {
    expect(
      refusal(() =>
        emit('Cropping2D', {
          cropping: [
            [3, 3],
            [0, 0],
          ],
        }),
      ).what,
    ).toContain('cropping 3 + 3 of a size of 6');
  });

  test('a layer’s input of the wrong rank', () => {
    expect(refusal(() => emit('Conv2D', { filters: 1, kernel_size: 1 }, { inputs: [[4]] })).code).toBe('malformed-config');
    expect(refusal(() => emit('MaxPooling2D', {}, { inputs: [[4]] })).what).toContain('expected rank 4');
  });
});

describe('functions', () => {
  const call = (name: string, args: Readonly<Record<string, unknown>>, sketch: Sketch = {}) =>
    emit(name.startsWith('__operators__.getitem') ? 'SlicingOpLambda' : 'TFOpLambda', { function: name }, { arguments: args, ...sketch });

  test('an unknown function is refused by name', () => {
    expect(refusal(() => call('nn.dropout', { rate: 0.5 })).what).toContain('tf.nn.dropout');
  });

  test('an argument that isn’t understood is refused, never ignored', () => {
    expect(refusal(() => call('nn.relu', { features: 1 })).what).toBe('tf.nn.relu with the argument features');
    expect(refusal(() => call('image.resize', { size: [2, 2], preserve_aspect_ratio: true })).what).toContain('preserve_aspect_ratio');
  });

  test('integers aren’t divided as floats', () => {
    expect(refusal(() => call('math.divide', { y: 2 }, { dtype: 'int32' })).what).toContain('a tensor of int32');
    expect(refusal(() => call('math.multiply', { y: 0.5 }, { dtype: 'uint8' })).what).toContain('a constant 0.5 for a tensor of dtype uint8');
  });

  test('an index that no integer holds', () => {
    expect(refusal(() => call('__operators__.getitem', { slice_spec: [2 ** 53] })).what).toContain('a computed index');
    expect(refusal(() => call('__operators__.getitem', { slice_spec: [{ start: 2 ** 53, stop: null, step: null }] })).what).toContain(
      'a computed range',
    );
  });

  test('a computed index or shape is refused', () => {
    expect(refusal(() => call('__operators__.getitem', { slice_spec: [{ input: 0 }] })).what).toContain('a computed index');
    expect(refusal(() => call('reshape', { shape: { input: 0 } })).what).toContain('a shape that is computed');
  });

  test('a range that is empty', () => {
    expect(
      refusal(() =>
        call('__operators__.getitem', {
          slice_spec: [
            { start: null, stop: null, step: null },
            { start: 4, stop: 2, step: 1 },
          ],
        }),
      ).what,
    ).toContain('an empty range');
  });
});

test('every TensorFlow function is listed under each of its names, once', () => {
  const names = listTfFunctions();
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(['nn.silu', 'math.multiply', '__operators__.add', '__operators__.getitem', 'compat.v1.transpose']));
});

test('a class is found by its name only', () => {
  expect(findLayer('Conv2D')?.className).toBe('Conv2D');
  expect(findLayer('constructor')).toBeUndefined();
  expect(findLayer('Lambda')).toBeUndefined();
  const names = listLayers().map(({ className }) => className);
  expect(names).toEqual([...names].sort());
});
