import { expect, test } from 'vitest';
import type { Graph, ValueId } from '../../graph/graph.ts';
import { lowerGraph } from '../lower.ts';
import { KerasGraph } from '../testing/keras-graph.ts';
import { mobileGraph } from '../testing/mobile-graph.ts';
import { printModelPy } from './print-model.ts';

/** The golden sources are read by people; run them in PyTorch after a change. */
async function expectGolden(graph: Graph, name: string): Promise<string> {
  const source = printModelPy(lowerGraph(graph, { mode: 'train' }), graph);
  await expect(source).toMatchFileSnapshot(`__snapshots__/${name}.py`);
  return source;
}

test('a small MobileNet: convolution, BatchNorm and activation on one line, the residual beside it', async () => {
  const source = await expectGolden(mobileGraph(), 'mobile');
  expect(source.match(/\.permute\(/g)).toHaveLength(1);
});

test('a backbone called twice, once with training=False, is one class whose forward takes the mode', async () => {
  const model = new KerasGraph();
  const backbone = (image: ValueId, mode: 'follows' | 'inference'): ValueId => {
    const x = model.activation(['base', 'relu'], model.batchNorm(['base', 'bn'], model.conv(['base', 'conv'], image, 8), { mode }), 'Relu');
    return model.globalAverage(['base', 'pool'], model.dropout(['base', 'drop'], x, 0.2, mode));
  };
  const merged = model.merge(['merge'], 'Concatenate', [
    backbone(model.image('anchor', 16), 'follows'),
    backbone(model.image('other', 16), 'inference'),
  ]);
  const source = await expectGolden(model.graph({ same: model.dense(['head'], merged, 1, { activation: 'Sigmoid' }) }), 'twice');
  expect(source).toContain('self.base(y, inference=True)');
});

test('a BatchNormalization outside a nested model says the mode at the call', async () => {
  const model = new KerasGraph();
  const x = model.conv(['conv'], model.image('image', 8), 4);
  const both = model.merge(['add'], 'Add', [model.batchNorm(['bn'], x), model.batchNorm(['bn'], x, { mode: 'inference' })]);
  await expectGolden(model.graph({ features: model.globalAverage(['pool'], both) }), 'both-modes');
});

test('a shared SAME convolution pads at the call where its calls pad differently', async () => {
  const model = new KerasGraph();
  const image = model.image('image', 16);
  const large = model.conv(['shared'], image, 3, { strides: 2, pads: [0, 0, 1, 1] });
  const small = model.conv(['shared'], model.conv(['crop'], image, 3, { kernel: 2 }), 3, { strides: 2, pads: [1, 1, 1, 1] });
  const merged = model.merge(['add'], 'Add', [large, small]);
  const source = await expectGolden(model.graph({ features: model.globalAverage(['pool'], merged) }), 'shared-same');
  expect(source).toContain('self.shared = nn.Conv2d(3, 3, 3, stride=2)');
});

test('separable convolutions, squeeze-excite and hard-swish', async () => {
  const model = new KerasGraph();
  let x = model.separable(['sep'], model.image('image', 16), 8, [1, 1, 1, 1]);
  x = model.activation(['swish'], model.batchNorm(['sep_bn'], x), 'HardSwish');
  let gate = model.globalAverage(['se', 'squeeze'], x, 1);
  gate = model.activation(['se', 'relu'], model.conv(['se', 'reduce'], gate, 2, { kernel: 1 }), 'Relu');
  gate = model.activation(['se', 'sigmoid'], model.conv(['se', 'expand'], gate, 8, { kernel: 1 }), 'HardSigmoid');
  x = model.merge(['se', 'excite'], 'Multiply', [x, gate]);
  x = model.separable(['sep_2'], x, 8, [1, 1, 1, 1]);
  await expectGolden(model.graph({ scores: model.dense(['scores'], model.globalAverage(['pool'], x), 3, { activation: 'Softmax' }) }), 'separable');
});

test('a partly frozen nested backbone: requires_grad is Keras’ trainable, frozen statistics stay', async () => {
  const model = new KerasGraph();
  const [frozen, free] = [{ trainable: false }, { trainable: true }];
  let x = model.batchNorm(['base', 'stem', 'bn'], model.conv(['base', 'stem', 'conv'], model.image('image', 16), 8, frozen), frozen);
  x = model.batchNorm(['base', 'bn'], model.conv(['base', 'conv'], x, 8, { ...free, bias: false }), { ...free, scale: false });
  x = model.activation(['base', 'relu'], x, 'Relu');
  const graph = model.graph({ scores: model.dense(['scores'], model.dropout(['drop'], model.globalAverage(['pool'], x), 0.5), 3) });
  const source = await expectGolden(graph, 'partly-frozen');
  expect(source).toContain('Stem().requires_grad_(False)');
});

test('a frozen start of a backbone is frozen in one line behind it', async () => {
  const model = new KerasGraph();
  let x = model.image('image', 16);
  for (const [index, trainable] of [false, false, true, false].entries()) {
    x = model.batchNorm([`bn_${index}`], model.conv([`conv_${index}`], x, 8, { trainable, bias: false }), { trainable });
    x = model.dropout([`drop_${index}`], model.activation([`relu_${index}`], x, 'Relu'), 0.5);
  }
  const graph = model.graph({ scores: model.dense(['scores'], model.globalAverage(['pool'], x), 3) });
  const source = await expectGolden(graph, 'frozen-start');
  expect(source.match(/requires_grad_\(False\)/g)).toHaveLength(3);
});

test('weights without a module of torch.nn stand in a class of their layer, constants beside them', async () => {
  const model = new KerasGraph();
  let x = model.image('image', 8);
  const mean = model.weight(['normalization'], 'mean', [3, 1, 1], { kind: 'buffer' });
  const variance = model.weight(['normalization'], 'variance', [3, 1, 1], { kind: 'buffer' });
  model.weight(['normalization'], 'count', [], { kind: 'buffer' });
  const image = x;
  x = model.layer(['normalization'], 'Normalization', 'follows', (calls) =>
    model.node('Div', [model.node('Sub', [image, mean], {}, calls), model.node('Sqrt', [variance], {}, calls)], {}, calls),
  );
  x = model.conv(['stem'], x, 4);
  const gamma = model.weight(['scale'], 'gamma', [4, 1, 1], { trainable: false });
  const features = x;
  x = model.layer(['scale'], 'LayerScale', 'follows', (calls) => model.node('Mul', [features, gamma], {}, calls));
  const channels = model.builder.constant([0.5, 0.25, 1, 2], { dtype: 'float32', shape: [4, 1, 1] });
  x = model.node('Mul', [x, channels]);
  await expectGolden(model.graph({ features: model.globalAverage(['pool'], x) }), 'own-tensors');
});

test('inputs without an image, moving variance as Keras outside its fused kernel', async () => {
  const model = new KerasGraph();
  const x = model.batchNorm(['bn'], model.dense(['hidden'], model.vector('features', 6), 4, { activation: 'Relu' }));
  await expectGolden(model.graph({ scores: model.dense(['scores'], x, 2, { activation: 'Softmax' }) }), 'vector');
});

test('several inputs and outputs, in Keras’ order; an output may stand twice', async () => {
  const model = new KerasGraph('two heads.h5', ['safe', 'unsafe']);
  const x = model.merge(['join'], 'Concatenate', [model.vector('text', 4), model.vector('image', 4)]);
  const hidden = model.dense(['hidden'], x, 8, { activation: 'Relu' });
  const verdict = model.dense(['verdict'], hidden, 2, { activation: 'Softmax' });
  const severity = model.dense(['severity'], hidden, 1);
  await expectGolden(model.graph({ severity, verdict, again: severity }), 'two-heads');
});

test('a long forward is parted where branches join', async () => {
  const model = new KerasGraph();
  let x = model.image('image', 32);
  for (const block of ['mixed0', 'mixed1']) {
    const branch = (name: string, kernels: readonly number[], from: ValueId): ValueId =>
      kernels.reduce<ValueId>((y, kernel, index) => {
        const padding = (kernel - 1) / 2;
        const path = [`${block}_${name}_${index}`];
        return model.activation([`${path}_relu`], model.conv(path, y, 4, { kernel, pads: Array<number>(4).fill(padding) }), 'Relu');
      }, from);
    const input = x;
    // Keras lists layers of branches in turn.
    const [a, b] = [branch('a', [1, 3], input), branch('b', [1], input)];
    x = model.merge([block], 'Concatenate', [a, branch('c', [1, 3, 3], input), b]);
  }
  await expectGolden(model.graph({ features: model.globalAverage(['pool'], x) }), 'branches');
});

test('a graph without Keras calls: attributes by key, operators called directly', async () => {
  const { builder } = new KerasGraph('foreign.onnx');
  const weight = (role: string, shape: readonly number[]): ValueId =>
    builder.weight({
      source: { dtype: 'float32', shape, place: role, read: () => new Uint8Array(4 * shape.reduce((product, size) => product * size, 1)) },
      kind: 'parameter',
      trainable: true,
      owner: [],
      role,
    });
  const x = builder.node('Conv', [builder.input('data', 'float32', ['N', 3, 8, 8]), weight('w0', [4, 3, 3, 3]), weight('b0', [4])]);
  builder.output('y', builder.node('Relu', [x]));
  await expectGolden(builder.build(), 'foreign');
});

test('names of a hostile file are text and identifiers, never code', async () => {
  const hostile = '"""\nimport os\nos.system("x")\n"""\\';
  const model = new KerasGraph(`${hostile}.h5`, [hostile, 'F', '\u202egnp.exe']);
  const x = model.dense([hostile], model.vector('self', 4), 4);
  const y = model.dense(['forward'], model.dense(['class'], model.dropout(['1 + 1'], x, 0.5), 4), 3, { activation: 'Softmax' });
  const source = await expectGolden(model.graph({ 'x = 1; import os': y }), 'hostile');
  expect(source.split('\n').filter((line) => /^\s*(import os|os\.)/.test(line))).toEqual([]);
  expect(source).not.toMatch(/[\u202a-\u202e]/);
});
