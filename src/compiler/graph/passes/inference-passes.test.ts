import { describe, expect, it } from 'vitest';
import type { Graph, ValueId } from '../graph.ts';
import { expectAgreement } from '../testing/agreement.ts';
import { ModelBuilder } from '../testing/model-builder.ts';
import { optimiseForInference } from './inference-passes.ts';
import { optimiseForTraining } from './train-passes.ts';

/** Folding is rounded to float32 nowhere in the interpreter, but constants such as epsilon are. */
const TOLERANCE = 1e-6;

function inference(make: (model: ModelBuilder) => ValueId): { graph: Graph; ops: string[]; taps: number } {
  const model = new ModelBuilder();
  const graph = model.graph(make(model));
  const result = optimiseForInference(optimiseForTraining(graph));
  const live = new Set(result.weights.keys());
  const ops = result.nodes
    .filter((node) => {
      const isConstant = node.inputs.every((input) => input === null || live.has(input));
      if (isConstant) for (const output of node.outputs) live.add(output);
      return !isConstant;
    })
    .map((node) => node.op);
  return { graph: result, ops, taps: expectAgreement(graph, result, TOLERANCE) };
}

function absorbed(graph: Graph): readonly string[] {
  return graph.calls.filter((call) => 'absorbedBy' in call.tap).map((call) => call.className);
}

const image = (m: ModelBuilder): ValueId => m.input(['N', 4, 6, 3]);

describe('the inference passes', () => {
  it("fold BatchNormalization into a convolution; its call absorbs the convolution's", () => {
    const { graph, ops } = inference((m) => m.globalAverage(m.relu(m.batchNorm(m.conv(image(m), 4, 3)))));
    expect(ops).toEqual(['Transpose', 'Conv', 'Relu', 'ReduceMean']);
    expect(absorbed(graph)).toEqual(['Conv2D']);
  });

  it('fold into depthwise, grouped, transposed and bias-free convolutions', () => {
    const { ops } = inference((m) => {
      let x = m.toChannelsLast(m.node('Conv', [m.toChannelsFirst(image(m)), m.weight([6, 1, 3, 3])], { group: 3, pads: [1, 1, 1, 1] }));
      x = m.batchNorm(x);
      x = m.batchNorm(m.toChannelsLast(m.node('Conv', [m.toChannelsFirst(x), m.weight([4, 3, 1, 1])], { group: 2 })));
      x = m.batchNorm(m.toChannelsLast(m.node('ConvTranspose', [m.toChannelsFirst(x), m.weight([4, 3, 2, 2]), m.weight([3])], { strides: [2, 2] })));
      return m.globalAverage(x);
    });
    expect(ops).toEqual(['Transpose', 'Conv', 'Conv', 'ConvTranspose', 'ReduceMean']);
  });

  it('fold into Dense and MatMul', () => {
    const { ops } = inference((m) => {
      const x = m.batchNorm(m.dense(m.flatten(image(m)), 4));
      return m.batchNorm(m.layer('MatMul', () => m.node('MatMul', [x, m.weight([4, 3])])));
    });
    expect(ops).toEqual(['Flatten', 'Gemm', 'Gemm']);
  });

  it('leave a factor and a summand where the convolution is read elsewhere, or there is none', () => {
    const { graph, ops } = inference((m) => {
      const x = m.conv(m.batchNorm(image(m)), 4);
      return m.globalAverage(m.layer('Add', () => m.node('Add', [x, m.batchNorm(x)])));
    });
    expect(ops).toEqual(['Transpose', 'Mul', 'Add', 'Conv', 'Mul', 'Add', 'Add', 'ReduceMean']);
    expect(absorbed(graph)).toEqual([]);
  });

  it('fold each call of a shared convolution by itself', () => {
    const { ops } = inference((m) => {
      const w = m.weight([3, 3, 1, 1]);
      const conv = (x: ValueId): ValueId => m.layer('Conv2D', () => m.toChannelsLast(m.node('Conv', [m.toChannelsFirst(x), w])));
      return m.globalAverage(m.batchNorm(conv(m.batchNorm(conv(image(m))))));
    });
    expect(ops).toEqual(['Transpose', 'Conv', 'Conv', 'ReduceMean']);
  });

  it('drop Dropout, whose tap is what it gets', () => {
    const { graph, ops } = inference((m) => m.dense(m.dropout(m.globalAverage(m.dropout(image(m)))), 2));
    expect(ops).not.toContain('Dropout');
    expect(absorbed(graph)).toEqual([]);
  });
});

describe('hard-swish', () => {
  const relu6 = (m: ModelBuilder, x: ValueId): ValueId => m.layer('ReLU', () => m.node('Clip', [x, m.scalar(0), m.scalar(6)]));
  const gate = (m: ModelBuilder, x: ValueId, shift = 3): ValueId => {
    const shifted = m.layer('TFOpLambda', () => m.node('Add', [x, m.scalar(shift)]));
    const clipped = relu6(m, shifted);
    return m.layer('Rescaling', () => m.node('Mul', [clipped, m.scalar(1 / 6)]));
  };

  it('is recognised in four layers, which the last one absorbs', () => {
    const { graph, ops } = inference((m) => {
      const x = m.conv(image(m), 4);
      const g = gate(m, x);
      return m.globalAverage(m.layer('Multiply', () => m.node('Mul', [x, g])));
    });
    expect(ops).toEqual(['Transpose', 'Conv', 'HardSwish', 'ReduceMean']);
    expect(absorbed(graph)).toEqual(['TFOpLambda', 'ReLU', 'Rescaling']);
    const [node] = graph.nodes.filter(({ op }) => op === 'HardSwish');
    expect(node?.calls.map((call) => graph.calls[call]?.className)).toEqual(['TFOpLambda', 'ReLU', 'Rescaling', 'Multiply']);
  });

  it('alone is HardSigmoid', () => {
    const { graph, ops } = inference((m) => {
      const x = m.conv(image(m), 4);
      return m.globalAverage(m.layer('Multiply', () => m.node('Mul', [gate(m, m.globalAverage(x, 1)), x])));
    });
    expect(ops).toEqual(['Transpose', 'Conv', 'ReduceMean', 'HardSigmoid', 'Mul', 'ReduceMean']);
    expect(absorbed(graph)).toEqual(['TFOpLambda', 'ReLU']);
  });

  it('is left alone with other numbers, or where a part is read elsewhere', () => {
    expect(inference((m) => gate(m, m.conv(image(m), 4), 2)).ops).not.toContain('HardSigmoid');
    const shared = inference((m) => {
      const shifted = m.layer('TFOpLambda', () => m.node('Add', [image(m), m.scalar(3)]));
      const clipped = relu6(m, shifted);
      return m.layer('Add', () => m.node('Add', [m.node('Mul', [clipped, m.scalar(1 / 6)]), shifted]));
    });
    expect(shared.ops).toEqual(['Add', 'Clip', 'Mul', 'Add']);
  });
});
