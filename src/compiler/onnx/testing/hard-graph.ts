import { elementCount } from '../../../core/dtypes.ts';
import { GraphBuilder, memoryTensor } from '../../graph/builder.ts';
import type { CallId, Graph, ValueId, Weight } from '../../graph/graph.ts';

/**
 * What is easily lost on the way through a file: a shared convolution whose kernel each call lays out anew, a kernel read in two
 * layouts, a weight in a computation, weights that nobody reads, a frozen layer, one output given twice and an input handed through,
 * names that repeat, that ONNX can't hold or that differ between values and ports, floats that aren't float32, absorbed calls.
 */
export function hardGraph(): Graph {
  const builder = new GraphBuilder({
    name: 'hard "model"',
    sourceName: 'moderation_model.h5',
    framework: 'keras',
    frameworkVersion: '2.10.0',
    classes: ['neutral', 'größer'],
    preprocess: [{ step: 'rescale', scale: 1 / 255, '2': null, '1': [true] }],
  });
  let seed = 1;
  const weight = (owner: readonly string[], role: string, shape: readonly number[], more: Partial<Weight> = {}): ValueId => {
    const numbers = Array.from({ length: elementCount(shape) }, () => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647 - 0.5;
    });
    const source = memoryTensor(numbers, 'float32', shape, role);
    return builder.weight({ source, kind: 'parameter', trainable: true, owner, role, sourceName: `${owner.join('/')}/${role}:0`, ...more });
  };
  const call = (layer: readonly string[], className: string, index = 0): CallId => builder.call({ layer, index, className, mode: 'follows' });
  const float = (value: number): ValueId => builder.constant(value, { dtype: 'float32' });

  const image = builder.input('image', 'float32', ['N', 8, 8, 3], 'image value');
  const extra = builder.input('extra', 'float32', ['N', 4]);
  let x = builder.node('Transpose', [image], { name: 'to_nchw', attributes: { perm: [0, 3, 1, 2] } });

  const kernel = weight(['shared conv'], 'weight', [3, 3, 3, 3]);
  const bias = weight(['shared conv'], 'bias', [3]);
  for (const index of [0, 1]) {
    const id = call(['shared conv'], 'Conv2D', index);
    // HWIO → OIHW, once for each call
    const oihw = builder.node('Transpose', [kernel], { name: 'layout', attributes: { perm: [3, 2, 0, 1] } });
    x = builder.node('Conv', [x, oihw, bias], { name: 'conv', calls: [id], attributes: { pads: [1, 1, 1, 1] } });
    builder.tap(id, { value: x, toSource: [0, 2, 3, 1] });
  }
  const normalized = builder.call({ layer: ['base', 'bn'], index: 0, className: 'BatchNormalization', mode: 'inference' });
  const statistics = (role: string) => weight(['base', 'bn'], role, [3], { kind: 'buffer', trainable: false });
  const ones = builder.weight({
    source: memoryTensor([1, 1, 1], 'float32', [3], 'gamma'),
    kind: 'constant',
    trainable: false,
    owner: ['base', 'bn'],
    role: 'weight',
  });
  x = builder.node(
    'BatchNormalization',
    [x, ones, weight(['base', 'bn'], 'bias', [3], { trainable: false }), statistics('running_mean'), statistics('running_var')],
    { name: 'bn', calls: [normalized], attributes: { epsilon: 1e-3, momentum: 0.99 } },
  );
  const activated = call(['relu'], 'ReLU');
  builder.tap(normalized, { absorbedBy: activated });
  // Clip's lower bound is left out.
  x = builder.node('Clip', [x, null, float(6)], { name: 'relu', calls: [normalized, activated] });
  builder.tap(activated, { value: x, toSource: [0, 2, 3, 1] });

  const scaled = call(['scale'], 'LayerScale');
  const gamma = weight(['scale'], 'gamma', [3]);
  // A computation over a weight: gradients go through it. And one over constants alone.
  const effective = builder.node('Mul', [gamma, float(0.1)], { name: 'effective' });
  const column = builder.node('Reshape', [effective, builder.constant([3, 1, 1])], { name: 'column' });
  const ours = builder.node('Mul', [float(3), float(0.5)], { name: 'ours' });
  x = builder.node('Mul', [x, column], { name: 'scale', calls: [scaled] });
  x = builder.node('Mul', [x, ours], { name: 'scale', calls: [scaled] });
  builder.tap(scaled, { value: x, toSource: [0, 2, 3, 1] });

  const pool = call(['pool'], 'GlobalAveragePooling2D');
  x = builder.node('Flatten', [builder.node('GlobalAveragePool', [x], { name: 'pool', calls: [pool] })], { name: 'pool', calls: [pool] });
  builder.tap(pool, { value: x, toSource: [0, 1] });

  // Read in two layouts: stays as it is.
  const square = weight(['tied'], 'weight', [3, 3]);
  const there = call(['tied'], 'Dense', 0);
  x = builder.node('MatMul', [x, square], { name: 'tied', calls: [there] });
  builder.tap(there, { value: x, toSource: [0, 1] });
  const back = call(['tied'], 'Dense', 1);
  const transposed = builder.node('Transpose', [square], { name: 'tied', attributes: { perm: [1, 0] } });
  x = builder.node('Gemm', [x, transposed], { name: 'tied', calls: [back], attributes: { transB: 1 } });
  x = builder.node('LeakyRelu', [x], { name: 'tied', calls: [back], attributes: { alpha: 1 / 3 } });
  builder.tap(back, { value: x, toSource: [0, 1] });

  const dense = call(['scores'], 'Dense');
  const outIn = builder.node('Transpose', [weight(['scores'], 'weight', [3, 2])], { attributes: { perm: [1, 0] } });
  const product = builder.node('MatMul', [x, builder.node('Transpose', [outIn], { attributes: { perm: [1, 0] } })], {
    name: 'scores',
    calls: [dense],
  });
  const logits = builder.node('Add', [product, weight(['scores'], 'bias', [2])], { name: 'scores', calls: [dense] });
  x = builder.node('Softmax', [logits], { name: '\ud800', calls: [dense], outputNames: ['conv'] });
  builder.tap(dense, { value: x, toSource: [0, 1] });

  weight(['unread'], 'weight', [2, 2, 1, 5], { part: 'depthwise', trainable: false });
  builder.constant(7);

  builder.output('scores', x);
  builder.output('scores again', x);
  builder.output('extra', extra);
  builder.output('image', logits);
  builder.output('extra twice', extra);
  builder.output('gamma', gamma);
  return builder.build();
}
