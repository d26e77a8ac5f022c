import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph, ValueId } from '../graph.ts';
import { expectAgreement } from '../testing/agreement.ts';
import { ModelBuilder } from '../testing/model-builder.ts';
import { randomModel } from '../testing/random-model.ts';
import { verifyGraph } from '../verify.ts';
import { countTransposes, moveTransposes } from './move-transposes.ts';

/** Runs the pass; the result must be legal and give the same. Returns it with the number of taps that were compared. */
function moved(graph: Graph): { graph: Graph; transposes: number; taps: number } {
  verifyGraph(graph, 'the test');
  const result = moveTransposes.run(graph);
  verifyGraph(result, moveTransposes.name);
  return { graph: result, transposes: countTransposes(result), taps: expectAgreement(graph, result) };
}

/** [N, 4, 6, 3] through a padded convolution to [N, 2, 3, 5]: what most cases start from. */
function start(model: ModelBuilder): ValueId {
  return model.relu(model.batchNorm(model.conv(model.input(['N', 4, 6, 3]), 5, 3, { strides: [2, 2], pads: [0, 0, 1, 1] })));
}

function build(make: (model: ModelBuilder) => ValueId | readonly ValueId[]): Graph {
  const model = new ModelBuilder();
  const outputs = make(model);
  return model.graph(...(Array.isArray(outputs) ? (outputs as ValueId[]) : [outputs as ValueId]));
}

/** Each leaves exactly the Transposes named: one at the input, unless the output or a layer needs another. */
const CASES: readonly (readonly [what: string, transposes: number, make: (model: ModelBuilder) => ValueId | readonly ValueId[]])[] = [
  ['a chain of convolutions', 1, (m) => m.globalAverage(m.conv(start(m), 4))],
  [
    'a residual block',
    1,
    (m) => {
      const x = start(m);
      return m.globalAverage(m.layer('Add', () => m.node('Add', [x, m.batchNorm(m.conv(x, 5))])));
    },
  ],
  [
    'an inception block',
    1,
    (m) => {
      const x = start(m);
      return m.globalAverage(m.layer('Concatenate', () => m.node('Concat', [m.conv(x, 2), m.conv(x, 3), x], { axis: -1 })));
    },
  ],
  [
    'squeeze and excite with Dense',
    1,
    (m) => {
      const x = start(m);
      const s = m.layer('Reshape', () => m.node('Reshape', [m.globalAverage(x), m.integers(0, 1, 1, 5)]));
      const e = m.conv(m.relu(m.conv(s, 2)), 5);
      return m.globalAverage(m.layer('Multiply', () => m.node('Mul', [x, m.node('Sigmoid', [e])])));
    },
  ],
  [
    'squeeze and excite with keepdims',
    1,
    (m) => {
      const x = start(m);
      const e = m.conv(m.conv(m.globalAverage(x, 1), 2), 5);
      return m.globalAverage(m.layer('Multiply', () => m.node('Mul', [m.node('HardSigmoid', [e]), x])));
    },
  ],
  [
    'squeeze and excite with Dense on [N, 1, 1, C]',
    1,
    (m) => {
      const x = start(m);
      const s = m.layer('Reshape', () => m.node('Reshape', [m.globalAverage(x), m.integers(-1, 1, 1, 5)]));
      const e = m.dense(m.dense(s, 2), 5);
      return m.globalAverage(m.layer('Multiply', () => m.node('Mul', [x, e])));
    },
  ],
  ['a Dense after a Flatten', 1, (m) => m.dense(m.flatten(start(m)), 3)],
  [
    'a Dense after Flatten, Dropout, BatchNormalization and a constant factor',
    1,
    (m) => {
      const x = m.batchNorm(m.dropout(m.flatten(start(m))));
      return m.dense(m.relu(m.layer('Scale', () => m.node('Mul', [x, m.weight([30])]))), 3);
    },
  ],
  [
    'a MatMul after a Reshape',
    1,
    (m) => {
      const x = m.layer('Reshape', () => m.node('Reshape', [start(m), m.integers(-1, 30)]));
      return m.layer('MatMul', () => m.node('MatMul', [x, m.weight([30, 2])]));
    },
  ],
  ['a Flatten that is an output: Keras order', 2, (m) => m.flatten(start(m))],
  [
    'a Flatten with a Dense and a reader of Keras order',
    2,
    (m) => {
      const x = m.dropout(m.flatten(start(m)));
      return [m.dense(x, 3), m.layer('Softmax', () => m.node('Softmax', [x], { axis: -1 }))];
    },
  ],
  [
    'a Dense over flattened branches side by side',
    1,
    (m) => {
      const x = start(m);
      const [a, b] = [m.flatten(m.conv(x, 4)), m.relu(m.flatten(x))];
      const joined = m.layer('Concatenate', () => m.node('Concat', [a, m.globalAverage(x), b], { axis: -1 }));
      return m.dense(m.batchNorm(m.layer('Scale', () => m.node('Mul', [joined, m.weight([59])]))), 3);
    },
  ],
  [
    'flattened branches side by side as output: one Gather',
    1,
    (m) => {
      const x = start(m);
      return m.layer('Concatenate', () => m.node('Concat', [m.flatten(m.conv(x, 4)), m.flatten(x)], { axis: 1 }));
    },
  ],
  [
    'a Flatten, elementwise layers and a Softmax: only what the Softmax reads is put back',
    2,
    (m) => m.layer('Softmax', () => m.node('Softmax', [m.relu(m.dropout(m.flatten(start(m))))], { axis: -1 })),
  ],
  ['a Flatten of 1×1', 1, (m) => m.dense(m.flatten(m.globalAverage(start(m), 1)), 3)],
  ['a feature map as output', 2, (m) => start(m)],
  [
    'Rescaling and Normalization in front',
    1,
    (m) => {
      const x = m.layer('Rescaling', () => m.node('Add', [m.node('Mul', [m.input(['N', 4, 6, 3]), m.scalar(2)]), m.scalar(-1)]));
      const n = m.layer('Normalization', () => m.node('Div', [m.node('Sub', [x, m.weight([1, 1, 1, 3], 'mean')]), m.weight([3], 'std', true)]));
      return m.globalAverage(m.conv(n, 4));
    },
  ],
  [
    'one image, two branches',
    1,
    (m) => {
      const image = m.input(['N', 4, 6, 3]);
      const scaled = m.layer('Rescaling', () => m.node('Mul', [image, m.scalar(0.5)]));
      return m.layer('Add', () => m.node('Add', [m.globalAverage(m.conv(image, 4)), m.globalAverage(m.conv(scaled, 4))]));
    },
  ],
  [
    'PReLU, LayerScale and constants of every shape',
    1,
    (m) => {
      let x = start(m);
      x = m.layer('PReLU', () => m.node('PRelu', [x, m.weight([2, 3, 5], 'alpha')]));
      x = m.layer('PReLU', () => m.node('PRelu', [x, m.weight([1, 1, 5], 'alpha')]));
      x = m.layer('Scale', () => m.node('Mul', [m.weight([5]), x]));
      x = m.layer('Scale', () => m.node('Add', [x, m.weight([1, 3, 1])]));
      x = m.layer('Scale', () => m.node('Sub', [m.weight([1, 2, 1, 5]), x]));
      return m.globalAverage(x);
    },
  ],
  [
    'padding, cropping, slices',
    1,
    (m) => {
      let x = m.layer('ZeroPadding2D', () => m.node('Pad', [start(m), m.integers(0, 1, 0, 0, 0, 2, 3, 0)]));
      x = m.layer('Pad', () => m.node('Pad', [x, m.integers(1, 0), null, m.integers(-1)]));
      x = m.layer('Cropping2D', () => m.node('Slice', [x, m.integers(1, 0), m.integers(-1, 4), m.integers(1, -2)]));
      x = m.layer('Flip', () => m.node('Slice', [x, m.integers(-1), m.integers(-100), m.integers(3), m.integers(-1)]));
      return m.globalAverage(x);
    },
  ],
  [
    'resizing and tiling',
    1,
    (m) => {
      const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
      let x = m.layer('UpSampling2D', () => m.node('Resize', [start(m), null, null, m.integers(4, 9)], { ...nearest, axes: [1, 2] }));
      x = m.layer('UpSampling2D', () => m.node('Resize', [x, null, m.builder.constant([1, 2, 1, 1], { dtype: 'float32' })], nearest));
      x = m.layer('Tile', () => m.node('Tile', [x, m.integers(1, 2, 1, 3)]));
      return m.globalAverage(x);
    },
  ],
  [
    'reductions along the channels, with and without keepdims',
    1,
    (m) => {
      const x = start(m);
      const top = m.layer('Max', () => m.node('ReduceMax', [x, m.integers(-1)], { keepdims: 1 }));
      const mean = m.layer('Mean', () => m.node('ReduceMean', [x, m.integers(3)], { keepdims: 0 }));
      const gate = m.layer('Add', () => m.node('Add', [top, m.node('Unsqueeze', [mean, m.integers(-1)])]));
      return m.globalAverage(m.layer('Multiply', () => m.node('Mul', [x, m.node('Sigmoid', [gate])])));
    },
  ],
  [
    'softmax, split and argmax over the channels',
    1,
    (m) => {
      const x = m.layer('Softmax', () => m.node('Softmax', [start(m)], { axis: -1 }));
      const [a, b] = m.nodes('Split', [x, m.integers(2, 3)], { axis: 3 }, 2) as [ValueId, ValueId];
      const first = m.layer('Gather', () => m.node('Gather', [b, m.integers(2, 0)], { axis: -1 }));
      return [m.globalAverage(m.layer('Add', () => m.node('Add', [a, first]))), m.node('ArgMax', [m.globalAverage(x)], { axis: 1, keepdims: 0 })];
    },
  ],
  [
    'a sequence made of a feature map',
    1,
    (m) => {
      const x = m.layer('Reshape', () => m.node('Reshape', [start(m), m.integers(0, 6, 5)]));
      return m.layer('Mean', () => m.node('ReduceMean', [m.node('Relu', [x]), m.integers(1)], { keepdims: 0 }));
    },
  ],
  [
    'a scalar gather drops an axis',
    1,
    (m) => {
      const x = m.layer('Gather', () => m.node('Gather', [start(m), m.builder.constant(1)], { axis: 1 }));
      return m.layer('Mean', () => m.node('ReduceMean', [x, m.integers(1)], { keepdims: 0 }));
    },
  ],
  [
    'Expand and Where',
    1,
    (m) => {
      const x = start(m);
      const top = m.layer('Max', () => m.node('ReduceMax', [x, m.integers(1, 2)], { keepdims: 1 }));
      const wide = m.layer('Expand', () => m.node('Expand', [top, m.integers(1, 2, 3, 1)]));
      return m.globalAverage(m.layer('Where', () => m.node('Where', [m.node('Less', [x, wide]), x, m.scalar(0)])));
    },
  ],
  ['Einsum reads any order', 1, (m) => m.layer('EinsumDense', () => m.node('Einsum', [start(m), m.weight([5, 4])], { equation: 'nhwc,cd->nd' }))],
  [
    'an input that is channels first already',
    0,
    (m) => {
      const x = m.input(['N', 3, 4, 6]);
      const conv = m.layer('Conv2D', () => m.node('Conv', [x, m.transpose(m.weight([1, 1, 3, 4]), 3, 2, 0, 1)]));
      return m.layer('Pool', () => m.node('ReduceMean', [m.node('Relu', [conv]), m.integers(2, 3)], { keepdims: 0 }));
    },
  ],
  ['nothing with channels first', 0, (m) => m.dense(m.relu(m.dense(m.input(['N', 7]), 4)), 2)],
  [
    'one-dimensional convolutions',
    1,
    (m) => {
      const x = m.input(['N', 8, 3]);
      const conv = m.layer('Conv1D', () => m.toChannelsLast(m.node('Conv', [m.toChannelsFirst(x), m.transpose(m.weight([3, 3, 4]), 2, 1, 0)])));
      const n = m.batchNorm(conv);
      return m.layer('Pool', () => m.node('ReduceMax', [m.toChannelsFirst(n), m.integers(2)], { keepdims: 0 }));
    },
  ],
  ['a Permute of the user is real', 2, (m) => m.layer('Permute', () => m.transpose(start(m), 0, 2, 1, 3))],
  [
    'a ConvNeXt block: normalised and projected channels last',
    3,
    (m) => {
      const x = start(m);
      const dw = m.conv(x, 5, 3, { pads: [1, 1, 1, 1] });
      const norm = m.layer('LayerNormalization', () => m.node('LayerNormalization', [dw, m.weight([5]), m.weight([5], 'bias')], { axis: -1 }));
      const y = m.layer('LayerScale', () =>
        m.node('Mul', [
          m.dense(
            m.layer('Gelu', () => m.node('Gelu', [m.dense(norm, 8)])),
            5,
          ),
          m.weight([5]),
        ]),
      );
      return m.globalAverage(
        m.conv(
          m.layer('Add', () => m.node('Add', [x, y])),
          4,
        ),
      );
    },
  ],
];

describe('moveTransposes', () => {
  it.each(CASES)('%s: %i', (_, transposes, make) => {
    const graph = build(make);
    const result = moved(graph);
    expect(result.transposes).toBe(transposes);
    // Only features out of order may lose their own value.
    const absorbed = result.graph.calls.filter((call) => 'absorbedBy' in call.tap);
    expect(result.taps).toBe(graph.calls.length - absorbed.length);
    if (!graph.nodes.some((node) => node.op === 'Flatten' || node.op === 'MatMul')) expect(absorbed).toEqual([]);
  });

  it('keeps every tap but those of features out of order, which the Dense absorbs', () => {
    const graph = build((m) => m.dense(m.dropout(m.flatten(start(m))), 3));
    const result = moved(graph).graph;
    const absorbed = result.calls.filter((call) => 'absorbedBy' in call.tap).map((call) => call.className);
    expect(absorbed).toEqual(['Flatten', 'Dropout']);
    const dense = result.calls.find((call) => call.className === 'Dense');
    for (const call of result.calls) if ('absorbedBy' in call.tap) expect(call.tap.absorbedBy).toBe(dense?.id);
  });

  it("puts the input's Transpose first, where a reader expects it", () => {
    const [first] = moved(build((m) => m.globalAverage(m.conv(start(m), 4)))).graph.nodes.filter(
      (node) => node.op !== 'Transpose' || node.name.startsWith('x'),
    );
    expect(first?.op).toBe('Transpose');
    expect(first?.attributes.perm).toEqual([0, 3, 1, 2]);
  });

  it('leaves values as they are on random models', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 14 }), (choices) => {
        const graph = randomModel(choices);
        const result = moved(graph);
        expect(result.transposes).toBeLessThanOrEqual(countTransposes(graph));
      }),
      { numRuns: 60 },
    );
  });
});
