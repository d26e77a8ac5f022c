import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../builder.ts';
import type { Attributes, ModelInfo, Shape, ValueId } from '../graph.ts';
import { listOperators } from './index.ts';

const MODEL: ModelInfo = { name: 'm', sourceName: 'm.h5', framework: 'keras', frameworkVersion: '2.10.0', classes: undefined, preprocess: undefined };

type Operand = Shape | { readonly integers: readonly number[] } | { readonly numbers: readonly number[] } | null;

/** The shapes of a node's outputs; an operand is a shape (float32 input) or a constant. */
function infer(op: string, operands: readonly Operand[], attributes: Attributes = {}, outputCount = 1): readonly Shape[] {
  const builder = new GraphBuilder(MODEL);
  const inputs = operands.map((operand, index): ValueId | null => {
    if (operand === null) return null;
    if ('integers' in operand) return builder.constant(operand.integers);
    if ('numbers' in operand) return builder.constant(operand.numbers, { dtype: 'float32' });
    return builder.input(`x${index}`, 'float32', operand);
  });
  return builder.nodes(op, inputs, { attributes, outputCount, name: 'node' }).map((id) => builder.shape(id));
}

const i = (...integers: number[]): Operand => ({ integers });

/** op, operands, attributes, the first output's shape. Sizes from ONNX's operator pages, computed by hand. */
const CASES: readonly (readonly [op: string, operands: readonly Operand[], attributes: Attributes, result: Shape])[] = [
  ['Add', [['N', 3, 4], [4]], {}, ['N', 3, 4]],
  [
    'Add',
    [
      ['N', 1, 4],
      ['N', 3, 1],
    ],
    {},
    ['N', 3, 4],
  ],
  ['Less', [['N', 3], []], {}, ['N', 3]],
  ['Sum', [['N', 3], [1, 3], [3]], {}, ['N', 3]],
  [
    'Conv',
    [
      ['N', 3, 224, 224],
      [32, 3, 3, 3],
    ],
    { strides: [2, 2], pads: [0, 0, 1, 1] },
    ['N', 32, 112, 112],
  ],
  [
    'Conv',
    [
      ['N', 32, 10, 9],
      [32, 1, 3, 3],
    ],
    { group: 32, dilations: [2, 2], pads: [2, 2, 2, 2] },
    ['N', 32, 10, 9],
  ],
  [
    'Conv',
    [
      ['N', 3, 'H', 'W'],
      [8, 3, 3, 3],
    ],
    { strides: [2, 2], auto_pad: 'SAME_UPPER' },
    ['N', 8, '(H+1)/2', '(W+1)/2'],
  ],
  [
    'Conv',
    [
      ['N', 3, 'H', 'W'],
      [8, 3, 3, 3],
    ],
    { pads: [1, 1, 1, 1] },
    ['N', 8, 'H', 'W'],
  ],
  [
    'ConvTranspose',
    [
      ['N', 8, 7, 7],
      [8, 4, 3, 3],
    ],
    { strides: [2, 2], pads: [0, 0, 1, 1] },
    ['N', 4, 14, 14],
  ],
  [
    'ConvTranspose',
    [
      ['N', 8, 'H', 7],
      [8, 4, 2, 2],
    ],
    { strides: [2, 2] },
    ['N', 4, '2*H', 14],
  ],
  ['MaxPool', [['N', 8, 7, 7]], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }, ['N', 8, 4, 4]],
  ['AveragePool', [['N', 8, 5, 5]], { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] }, ['N', 8, 5, 5]],
  ['AveragePool', [['N', 1, 4]], { kernel_shape: [1], strides: [2], pads: [0, 1], ceil_mode: 1 }, ['N', 1, 2]],
  ['GlobalAveragePool', [['N', 8, 5, 'W']], {}, ['N', 8, 1, 1]],
  ['ReduceMean', [['N', 7, 7, 8], i(1, 2)], {}, ['N', 1, 1, 8]],
  ['ReduceMean', [['N', 7, 7, 8], i(-2, 1)], { keepdims: 0 }, ['N', 8]],
  ['ReduceMax', [['N', 7]], { keepdims: 0 }, []],
  ['ReduceSum', [['N', 7]], { noop_with_empty_axes: 1 }, ['N', 7]],
  [
    'Concat',
    [
      ['N', 7, 8],
      ['N', 7, 4],
    ],
    { axis: -1 },
    ['N', 7, 12],
  ],
  [
    'Concat',
    [
      ['N', 'H'],
      ['N', 'H'],
    ],
    { axis: 1 },
    ['N', 'H+H'],
  ],
  ['Reshape', [['N', 7, 7, 8], i(0, -1)], {}, ['N', 392]],
  ['Reshape', [['N', 6], i(-1, 2, 3)], {}, ['N', 2, 3]],
  ['Reshape', [['N', 6], i(-1, 3)], {}, ['2*N', 3]],
  ['Reshape', [['2*N', 3], i(-1, 6)], {}, ['N', 6]],
  ['Flatten', [['N', 7, 7, 8]], {}, ['N', 392]],
  ['Flatten', [['N', 'H', 8]], {}, ['N', '8*H']],
  ['Transpose', [['N', 7, 6, 8]], { perm: [0, 3, 1, 2] }, ['N', 8, 7, 6]],
  [
    'MatMul',
    [
      ['N', 8],
      [8, 5],
    ],
    {},
    ['N', 5],
  ],
  [
    'MatMul',
    [
      ['N', 7, 7, 8],
      [8, 5],
    ],
    {},
    ['N', 7, 7, 5],
  ],
  ['MatMul', [[8], [8, 5]], {}, [5]],
  ['Gemm', [['N', 8], [5, 8], [5]], { transB: 1 }, ['N', 5]],
  ['Pad', [['N', 7, 7, 8], i(0, 1, 2, 0, 0, 3, 4, 0)], {}, ['N', 11, 13, 8]],
  ['Pad', [['N', 7, 7], i(1, 2), null, i(-1)], {}, ['N', 7, 10]],
  ['Slice', [['N', 7, 8], i(1), i(-1), i(1)], {}, ['N', 5, 8]],
  ['Slice', [['N', 7, 8], i(-1), i(-100), i(2), i(-2)], {}, ['N', 7, 4]],
  ['Slice', [['N', 7], i(0), i(2 ** 31 - 1), i(0)], {}, ['N', 7]],
  ['Gather', [['N', 7, 8], { integers: [0, 2] }], { axis: 1 }, ['N', 2, 8]],
  ['Squeeze', [['N', 1, 1, 8], i(1, 2)], {}, ['N', 8]],
  ['Unsqueeze', [['N', 8], i(1, -1)], {}, ['N', 1, 8, 1]],
  ['Expand', [['N', 1, 8], i(1, 4, 1)], {}, ['N', 4, 8]],
  ['Tile', [['N', 2], i(1, 3)], {}, ['N', 6]],
  ['Resize', [['N', 8, 7, 'W'], null, null, i(14, 20)], { axes: [2, 3] }, ['N', 8, 14, 20]],
  ['Resize', [['N', 8, 7, 'W'], null, { numbers: [1, 1, 2, 2] }], {}, ['N', 8, 14, '2*W']],
  ['DepthToSpace', [['N', 8, 3, 4]], { blocksize: 2 }, ['N', 2, 6, 8]],
  ['SpaceToDepth', [['N', 2, 6, 8]], { blocksize: 2 }, ['N', 8, 3, 4]],
  [
    'Einsum',
    [
      ['N', 7, 8],
      [8, 5],
    ],
    { equation: 'abc,cd->abd' },
    ['N', 7, 5],
  ],
  ['ArgMax', [['N', 7, 8]], { axis: -1, keepdims: 0 }, ['N', 7]],
  ['Shape', [['N', 7, 8]], { start: 1 }, [2]],
  ['Cast', [['N', 7]], { to: 10 }, ['N', 7]],
  ['LayerNormalization', [['N', 7, 8], [8], [8]], {}, ['N', 7, 8]],
  ['BatchNormalization', [['N', 8, 5], [8], [8], [8], [8]], {}, ['N', 8, 5]],
];

describe('operator specs', () => {
  it.each(CASES)('%s %j %j → %j', (op, operands, attributes, result) => {
    expect(infer(op, operands, attributes)[0]).toEqual(result);
  });

  it('splits evenly, the last part smaller', () => {
    expect(infer('Split', [['N', 7]], { axis: 1, num_outputs: 3 }, 3)).toEqual([
      ['N', 3],
      ['N', 3],
      ['N', 1],
    ]);
    expect(infer('Split', [['N', 7], i(5, 2)], { axis: 1 }, 2)).toEqual([
      ['N', 5],
      ['N', 2],
    ]);
  });

  it('refuses what does not fit, naming the node', () => {
    expect(() => infer('Add', [['N', 3], [4]])).toThrow(/node: shapes \[N, 3\] and \[4\] don't broadcast/);
    expect(() =>
      infer('MatMul', [
        ['N', 3],
        [4, 5],
      ]),
    ).toThrow(/node: \[N, 3\] times \[4, 5\]/);
    expect(() => infer('Reshape', [['N', 7], i(0, 2, 3)])).toThrow(/node: \[N, 7\] can't become \[0, 2, 3\]/);
    expect(() =>
      infer('Conv', [
        ['N', 3, 2, 2],
        [8, 3, 3, 3],
      ]),
    ).toThrow(/larger than the padded input/);
    expect(() => infer('Relu', [[3]], { alpha: 1 })).toThrow(/no attribute alpha/);
  });

  it('keeps names of sizes short however deep the graph', () => {
    const builder = new GraphBuilder(MODEL);
    let x = builder.input('x', 'float32', ['N', 'H']);
    for (let depth = 0; depth < 60; depth++) x = builder.node('Concat', [x, x], { attributes: { axis: 1 } });
    expect(String(builder.shape(x)[1]).length).toBeLessThan(80);
  });

  it('lists each operator once, sorted, inside opset 20', () => {
    const names = listOperators().map((spec) => spec.op);
    expect(names).toEqual([...new Set(names)].sort());
    for (const spec of listOperators()) expect(spec.since, spec.op).toBeLessThanOrEqual(20);
  });
});
