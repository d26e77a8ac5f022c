import { describe, expect, test } from 'vitest';
import type { ValueId } from '../../graph/graph.ts';
import { type Bench, lowerCase } from '../testing/lower-node.ts';

type Case = (bench: Bench) => ValueId | readonly ValueId[];

const IMAGE = ['N', 4, 9, 8] as const;
const VECTOR = ['N', 6] as const;
const image = (bench: Bench): ValueId => bench.input(IMAGE);
const vector = (bench: Bench): ValueId => bench.input(VECTOR);
const pool = (op: string, kernel: number, stride: number, pads: readonly number[], size: number, more = {}): Case => {
  const attributes = { kernel_shape: [kernel, kernel], strides: [stride, stride], pads, ...more };
  return (bench) => bench.node(op, [bench.input(['N', 4, size, size])], attributes);
};
const resize = (attributes: Record<string, string>, size: readonly number[]): Case => {
  return (bench) => bench.node('Resize', [image(bench), null, null, bench.ints(size)], { axes: [2, 3], ...attributes });
};
const unary = (op: string, attributes = {}): Case => {
  return (bench) => bench.node(op, [vector(bench)], attributes);
};

/** ONNX meaning → aten calls; each was compared with ONNX Runtime on random inputs when it was written down. */
const CASES: Readonly<Record<string, Record<string, Case>>> = {
  activations: {
    Celu: unary('Celu', { alpha: 0.7 }),
    'Clip 0 to 6': (b) => b.node('Clip', [vector(b), b.floats(0), b.floats(6)]),
    'Clip from 0': (b) => b.node('Clip', [vector(b), b.floats(0)]),
    'Clip to a number': (b) => b.node('Clip', [vector(b), null, b.floats(0.5)]),
    Elu: unary('Elu', { alpha: 0.7 }),
    'Gelu, exact': unary('Gelu'),
    'Gelu, tanh': unary('Gelu', { approximate: 'tanh' }),
    "HardSigmoid, Keras'": unary('HardSigmoid', { alpha: 0.2, beta: 0.5 }),
    "HardSigmoid, torch's": unary('HardSigmoid', { alpha: Math.fround(1 / 6), beta: 0.5 }),
    HardSwish: unary('HardSwish'),
    'LeakyRelu with a float32 slope': unary('LeakyRelu', { alpha: Math.fround(0.3) }),
    LogSoftmax: unary('LogSoftmax'),
    'PRelu by channel': (b) => b.node('PRelu', [image(b), b.weight([4, 1, 1])]),
    'PRelu by channel, from a vector': (b) => b.node('PRelu', [image(b), b.node('Unsqueeze', [b.weight([4]), b.ints([1, 2])])]),
    'PRelu by element': (b) => b.node('PRelu', [image(b), b.weight([4, 9, 8])]),
    Relu: unary('Relu'),
    Selu: unary('Selu'),
    'Selu with other numbers': unary('Selu', { alpha: 1.5, gamma: 1.1 }),
    'Sigmoid times its input': (b) => {
      const x = vector(b);
      return b.node('Mul', [x, b.node('Sigmoid', [x])]);
    },
    'Softmax over channels': (b) => b.node('Relu', [b.node('Softmax', [image(b)], { axis: 1 })]),
    Softplus: unary('Softplus'),
    Softsign: unary('Softsign'),
    ThresholdedRelu: unary('ThresholdedRelu', { alpha: 0.3 }),
  },
  arithmetic: {
    'Add of two tensors': (b) => b.node('Add', [vector(b), b.input(VECTOR, 'float32', 'y')]),
    'Add of a number': (b) => b.node('Add', [b.floats(0.1), vector(b)]),
    'Add of a constant vector': (b) => b.node('Add', [vector(b), b.floats([1, 2, 3, 4, 5, 6])]),
    'Sub from a number': (b) => b.node('Sub', [b.floats(1), vector(b)]),
    'Div by a number': (b) => b.node('Div', [vector(b), b.floats(255)]),
    'Div of a number': (b) => b.node('Div', [b.floats(2), vector(b)]),
    'Div of integers': (b) => b.node('Div', [b.input(VECTOR, 'int32'), b.input(VECTOR, 'int32', 'y')]),
    'Max with a number': (b) => b.node('Max', [vector(b), b.floats(0.2)]),
    'Min of three': (b) =>
      b.node(
        'Min',
        ['x', 'y', 'z'].map((name) => b.input(VECTOR, 'float32', name)),
      ),
    'Mean of two': (b) =>
      b.node(
        'Mean',
        ['x', 'y'].map((name) => b.input(VECTOR, 'float32', name)),
      ),
    Mod: (b) => b.node('Mod', [vector(b), b.floats(0.3)], { fmod: 1 }),
    'Pow 2': (b) => b.node('Pow', [vector(b), b.floats(2)]),
    'Pow of 2': (b) => b.node('Pow', [b.floats(2), vector(b)]),
    'a number on the left of a comparison': (b) =>
      b.node('Where', [b.node('Less', [b.floats(0), vector(b)]), b.input(VECTOR, 'float32', 'y'), b.weight([6])]),
    'a number that raises the rank stays a tensor': (b) => b.node('Mul', [vector(b), b.floats([2], [1, 1, 1])]),
    Cast: (b) => b.node('Relu', [b.node('Cast', [b.input(VECTOR, 'uint8')], { to: 1 })]),
  },
  convolutions: {
    'Conv, even pads': (b) => b.node('Conv', [image(b), b.weight([6, 4, 3, 3]), b.weight([6])], { pads: [1, 1, 1, 1], strides: [2, 2] }),
    'Conv, one more at the end': (b) => b.node('Conv', [image(b), b.weight([6, 4, 3, 3])], { pads: [1, 0, 1, 1], strides: [2, 2] }),
    'Conv, depthwise, dilated': (b) => b.node('Conv', [image(b), b.weight([8, 1, 3, 3])], { group: 4, pads: [2, 2, 2, 2], dilations: [2, 2] }),
    'Conv, auto_pad': (b) => b.node('Conv', [image(b), b.weight([6, 4, 3, 3])], { auto_pad: 'SAME_LOWER', strides: [2, 2] }),
    'Conv, causal, 1-D': (b) => b.node('Conv', [b.input(['N', 4, 9]), b.weight([6, 4, 3])], { pads: [2, 0] }),
    'ConvTranspose, valid': (b) => b.node('ConvTranspose', [image(b), b.weight([4, 6, 3, 3]), b.weight([6])], { strides: [2, 2] }),
    "ConvTranspose, Keras' same": (b) => b.node('ConvTranspose', [image(b), b.weight([4, 6, 3, 3])], { strides: [2, 2], pads: [0, 0, 1, 1] }),
    'ConvTranspose, output padding': (b) =>
      b.node('ConvTranspose', [image(b), b.weight([4, 6, 3, 3])], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }),
  },
  dense: {
    Gemm: (b) => b.node('Gemm', [vector(b), b.weight([5, 6]), b.weight([5])], { transB: 1 }),
    'Gemm, [in, out]': (b) => b.node('Gemm', [vector(b), b.weight([6, 5]), b.weight([5])]),
    'MatMul with a transposed weight, Add': (b) => {
      const product = b.node('MatMul', [b.input(['N', 7, 6]), b.node('Transpose', [b.weight([5, 6])], { perm: [1, 0] })]);
      return b.node('Add', [product, b.weight([5])]);
    },
    'MatMul of two tensors': (b) => b.node('MatMul', [b.input(['N', 7, 6]), b.input(['N', 6, 5], 'float32', 'y')]),
    Einsum: (b) => b.node('Einsum', [b.input(['N', 7, 6]), b.weight([6, 5])], { equation: 'nij,jk->nik' }),
    Embedding: (b) => b.node('Gather', [b.weight([10, 6]), b.input(['N', 5], 'int32')]),
  },
  normalization: {
    BatchNormalization: (b) => {
      const inputs = ['weight', 'bias', 'running_mean', 'running_var'].map((role) => b.weight([4], role));
      return b.node('BatchNormalization', [image(b), ...inputs], { epsilon: 1e-3, momentum: 0.99 });
    },
    'BatchNormalization without scale and center': (b) => {
      const statistics = ['running_mean', 'running_var'].map((role) => b.weight([4], role));
      return b.node('BatchNormalization', [image(b), b.floats([1, 1, 1, 1]), b.floats([0, 0, 0, 0]), ...statistics], {
        epsilon: 1e-3,
        momentum: 0.9,
      });
    },
    LayerNormalization: (b) => b.node('LayerNormalization', [b.input(['N', 7, 6]), b.weight([6]), b.weight([6])], { epsilon: 1e-3 }),
    'LayerNormalization without scale': (b) => b.node('LayerNormalization', [b.input(['N', 7, 6]), b.floats(Array(42).fill(1), [7, 6])], { axis: 1 }),
    Dropout: (b) => b.node('Relu', [b.node('Dropout', [vector(b), b.floats(0.3)])]),
  },
  pools: {
    'MaxPool, valid': pool('MaxPool', 2, 2, [0, 0, 0, 0], 9),
    'MaxPool, same, stride 2, even size': pool('MaxPool', 3, 2, [0, 0, 1, 1], 8),
    'MaxPool, same, even kernel': pool('MaxPool', 2, 1, [0, 0, 1, 1], 9),
    'AveragePool, valid': pool('AveragePool', 2, 2, [0, 0, 0, 0], 9),
    'AveragePool, same': pool('AveragePool', 3, 1, [1, 1, 1, 1], 9),
    'AveragePool, same, stride 2, even size': pool('AveragePool', 3, 2, [0, 0, 1, 1], 8),
    'AveragePool, same, even kernel': pool('AveragePool', 2, 1, [0, 0, 1, 1], 9),
    'AveragePool, uneven by axis': pool('AveragePool', 5, 3, [1, 2, 2, 2], 8),
    'AveragePool that counts its padding': pool('AveragePool', 3, 2, [0, 0, 1, 1], 8, { count_include_pad: 1 }),
    'AveragePool over free sizes': (b) => b.node('AveragePool', [b.input(['N', 4, 'H', 'W'])], { kernel_shape: [2, 2], pads: [0, 0, 1, 1] }),
    GlobalAveragePool: (b) => b.node('Flatten', [b.node('GlobalAveragePool', [image(b)])]),
    GlobalMaxPool: (b) => b.node('GlobalMaxPool', [image(b)]),
  },
  reductions: {
    ReduceMean: (b) => b.node('ReduceMean', [image(b), b.ints([2, -1])], { keepdims: 0 }),
    ReduceMax: (b) => b.node('ReduceMax', [image(b), b.ints([1])]),
    ReduceL2: (b) => b.node('ReduceL2', [image(b), b.ints([1])]),
    'ReduceProd over two axes': (b) => b.node('ReduceProd', [image(b), b.ints([1, 3])], { keepdims: 0 }),
    'ReduceSum of integers': (b) => b.node('ReduceSum', [b.input(VECTOR, 'int32'), b.ints([1])]),
    ArgMax: (b) => b.node('ArgMax', [vector(b)], { axis: -1, keepdims: 0 }),
  },
  layout: {
    Concat: (b) => b.node('Concat', [image(b), b.input(['N', 3, 9, 8], 'float32', 'y')], { axis: -3 }),
    'DepthToSpace, DCR': (b) => b.node('DepthToSpace', [image(b)], { blocksize: 2 }),
    'DepthToSpace, CRD': (b) => b.node('DepthToSpace', [image(b)], { blocksize: 2, mode: 'CRD' }),
    SpaceToDepth: (b) => b.node('SpaceToDepth', [b.input(['N', 4, 6, 8])], { blocksize: 2 }),
    Expand: (b) => b.node('Expand', [b.input(['N', 4, 1]), b.ints([1, 1, 5])]),
    Flatten: (b) => b.node('Flatten', [image(b)]),
    'Gather of one': (b) => b.node('Gather', [image(b), b.ints(2)], { axis: 1 }),
    'Gather of a run': (b) => b.node('Gather', [image(b), b.ints([1, 2])], { axis: 1 }),
    'Gather of several': (b) => b.node('Gather', [image(b), b.ints([2, 0, 1])], { axis: 1 }),
    'Pad, constant': (b) => b.node('Pad', [image(b), b.ints([0, 0, 1, 2, 0, 0, 3, 4])]),
    'Pad, reflect': (b) => b.node('Pad', [image(b), b.ints([0, 0, 1, 2, 0, 0, 3, 4])], { mode: 'reflect' }),
    'Pad, edge, of two axes': (b) => b.node('Pad', [image(b), b.ints([1, 2, 3, 4]), null, b.ints([3, 2])], { mode: 'edge' }),
    'Reshape that keeps the batch': (b) => b.node('Reshape', [image(b), b.ints([0, 2, 144])]),
    'Reshape that flattens': (b) => b.node('Reshape', [image(b), b.ints([0, -1])]),
    'Resize, linear': resize({ mode: 'linear' }, [18, 16]),
    'Resize, linear, align_corners': resize({ mode: 'linear', coordinate_transformation_mode: 'align_corners' }, [5, 5]),
    "Resize, nearest, TensorFlow's": resize({ mode: 'nearest', nearest_mode: 'round_prefer_ceil' }, [5, 5]),
    'Resize, nearest, whole factors of a free size': (bench) =>
      bench.node('Resize', [bench.input(['N', 4, 'H', 'W']), null, bench.floats([1, 1, 2, 3])], {
        mode: 'nearest',
        nearest_mode: 'floor',
        coordinate_transformation_mode: 'asymmetric',
      }),
    'Resize, nearest, asymmetric': resize({ mode: 'nearest', nearest_mode: 'floor', coordinate_transformation_mode: 'asymmetric' }, [5, 5]),
    'Resize of a channels-last tensor': (b) => b.node('Resize', [image(b), null, null, b.ints([8, 2])], { axes: [1, 2], mode: 'linear' }),
    'Slice, both ends': (b) => b.node('Slice', [image(b), b.ints([1, -5]), b.ints([3, 2 ** 31 - 1]), b.ints([1, 3])]),
    'Slice, backwards': (b) => b.node('Slice', [image(b), b.ints([7, -1]), b.ints([1, -(2 ** 31) + 1]), b.ints([2, 3]), b.ints([-2, -1])]),
    Split: (b) => b.nodes('Split', [image(b), b.ints([1, 3])], 2, { axis: 1 }),
    'Squeeze of one axis': (b) => b.node('Squeeze', [b.input(['N', 4, 1, 8]), b.ints([2])]),
    'Squeeze of two': (b) => b.node('Squeeze', [b.input(['N', 1, 1, 8]), b.ints([1, 2])]),
    Tile: (b) => b.node('Tile', [image(b), b.ints([1, 2, 1, 3])]),
    Transpose: (b) => b.node('Transpose', [image(b)], { perm: [0, 2, 3, 1] }),
    'Unsqueeze of two axes': (b) => b.node('Unsqueeze', [vector(b), b.ints([-1, 1])]),
  },
  'dropout with shared draws': Object.fromEntries(
    [1, 2].map((axes): [string, Case] => [
      axes === 1 ? 'rows' : 'channels',
      (b) => {
        const x = image(b);
        const drawn = b.node('Shape', [x], { start: 0, end: axes });
        const shape = b.node('Concat', [drawn, b.ints(Array(4 - axes).fill(1))], { axis: 0 });
        return b.node('Mul', [x, b.node('Dropout', [b.node('Expand', [b.floats(1), shape]), b.floats(0.3)])]);
      },
    ]),
  ),
};

for (const [family, cases] of Object.entries(CASES)) {
  describe(family, () => {
    for (const [name, make] of Object.entries(cases)) test(name, () => expect(lowerCase(make).join('\n')).toMatchSnapshot());
  });
}

describe('a call with training=False', () => {
  test('keeps its statistics', () => {
    const [line] = lowerCase((bench) => {
      const inputs = ['weight', 'bias', 'running_mean', 'running_var'].map((role) => bench.weight([4], role));
      return bench.node('BatchNormalization', [image(bench), ...inputs], { epsilon: 1e-3, momentum: 0.99 });
    }, 'inference');
    expect(line).toContain('running_var, false, 0.01, 0.001');
  });

  test('drops nothing', () => {
    expect(lowerCase((bench) => bench.node('Relu', [bench.node('Dropout', [vector(bench), bench.floats(0.3)])]), 'inference')).toHaveLength(1);
  });
});

describe('what torch lacks is refused', () => {
  const REFUSED: Readonly<Record<string, readonly [Case, RegExp]>> = {
    'linear, asymmetric': [resize({ mode: 'linear', coordinate_transformation_mode: 'asymmetric' }, [5, 5]), /linear with asymmetric/],
    'cubic with another coefficient': [
      (b) => b.node('Resize', [image(b), null, null, b.ints([5, 5])], { axes: [2, 3], mode: 'cubic', cubic_coeff_a: -0.5 }),
      /cubic_coeff_a -0.5/,
    ],
    'a mean that leaves out what torch cannot': [pool('AveragePool', 3, 2, [2, 2, 0, 0], 9), /left out of the mean/],
    'same over a free size': [
      (b) => b.node('Conv', [b.input(['N', 4, 'H', 'W']), b.weight([6, 4, 3, 3])], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
      /free size H/,
    ],
    'several free sizes': [(b) => b.node('Reshape', [b.input(['N', 'T', 'W']), b.ints([0, 0, 0, 1])]), /several sizes/],
    'a shape that is computed': [(b) => b.node('Reshape', [vector(b), b.node('Shape', [vector(b)])]), /Shape/],
  };
  for (const [name, [make, message]] of Object.entries(REFUSED)) test(name, () => expect(() => lowerCase(make)).toThrow(message));
});
