import { GraphBuilder, memoryTensor } from '../../graph/builder.ts';
import type { CallId, Graph, ValueId, Weight } from '../../graph/graph.ts';

/** A MobileNet in miniature: NHWC input, padded stride-2 convolution, a depthwise block with a residual, pooling, dropout, two Dense layers. */
export function mobileGraph(): Graph {
  const builder = new GraphBuilder({
    name: 'mini',
    sourceName: 'mini.h5',
    framework: 'keras',
    frameworkVersion: '2.10.0',
    classes: undefined,
    preprocess: undefined,
  });
  let seed = 1;
  const weight = (layer: string, role: string, shape: readonly number[], trainable = true): ValueId => {
    const count = shape.reduce((product, size) => product * size, 1);
    const numbers = Array.from({ length: count }, () => {
      seed = (seed * 48271) % 2147483647;
      return role === 'running_var' || (role === 'weight' && shape.length === 1) ? 0.5 + seed / 2147483647 : (seed / 2147483647 - 0.5) / 2;
    });
    const kind: Weight['kind'] = role.startsWith('running') ? 'buffer' : 'parameter';
    return builder.weight({
      source: memoryTensor(numbers, 'float32', shape, `${layer}/${role}`),
      kind,
      trainable: trainable && kind === 'parameter',
      owner: [layer],
      role,
      sourceName: `${layer}/${role}:0`,
    });
  };
  const call = (layer: string, className: string, emit: (calls: readonly CallId[]) => ValueId): ValueId => {
    const id = builder.call({ layer: [layer], index: 0, className, mode: 'follows' });
    const value = emit([id]);
    builder.tap(id, { value, toSource: builder.shape(value).length === 4 ? [0, 2, 3, 1] : [0, 1] });
    return value;
  };
  const conv = (layer: string, x: ValueId, kernel: readonly number[], strides: readonly number[], pads: readonly number[], group = 1): ValueId =>
    call(layer, 'Conv2D', (calls) => {
      // Keras' HWIO → OIHW; a depthwise (H, W, C, 1) → (C, 1, H, W)
      const w = builder.node('Transpose', [weight(layer, 'weight', kernel)], { attributes: { perm: group === 1 ? [3, 2, 0, 1] : [2, 3, 0, 1] } });
      return builder.node('Conv', [x, w], { name: layer, calls, attributes: { strides, pads, group } });
    });
  const batchNorm = (layer: string, x: ValueId, channels: number): ValueId =>
    call(layer, 'BatchNormalization', (calls) =>
      builder.node('BatchNormalization', [x, ...['weight', 'bias', 'running_mean', 'running_var'].map((role) => weight(layer, role, [channels]))], {
        name: layer,
        calls,
        attributes: { epsilon: 1e-3, momentum: 0.99 },
      }),
    );
  const relu6 = (layer: string, x: ValueId): ValueId =>
    call(layer, 'ReLU', (calls) =>
      builder.node('Clip', [x, builder.constant(0, { dtype: 'float32' }), builder.constant(6, { dtype: 'float32' })], { name: layer, calls }),
    );
  const image = builder.input('image', 'float32', ['N', 16, 16, 3]);
  let x = builder.node('Transpose', [image], { name: 'nchw', attributes: { perm: [0, 3, 1, 2] } });
  x = relu6('Conv1_relu', batchNorm('bn_Conv1', conv('Conv1', x, [3, 3, 3, 8], [2, 2], [0, 0, 1, 1]), 8));
  const shortcut = x;
  x = relu6('depthwise_relu', batchNorm('depthwise_BN', conv('depthwise', x, [3, 3, 8, 1], [1, 1], [1, 1, 1, 1], 8), 8));
  x = batchNorm('project_BN', conv('project', x, [1, 1, 8, 8], [1, 1], [0, 0, 0, 0]), 8);
  x = call('add', 'Add', (calls) => builder.node('Add', [shortcut, x], { name: 'add', calls }));
  x = call('pool', 'GlobalAveragePooling2D', (calls) => {
    const pooled = builder.node('GlobalAveragePool', [x], { name: 'pool', calls });
    return builder.node('Flatten', [pooled], { name: 'pool', calls });
  });
  x = call('dense', 'Dense', (calls) => {
    const w = builder.node('Transpose', [weight('dense', 'weight', [8, 16])], { attributes: { perm: [1, 0] } });
    return builder.node('Gemm', [x, w, weight('dense', 'bias', [16])], { name: 'dense', calls, attributes: { transB: 1 } });
  });
  x = call('dropout', 'Dropout', (calls) => builder.node('Dropout', [x, builder.constant(0.25, { dtype: 'float32' })], { name: 'dropout', calls }));
  x = call('scores', 'Dense', (calls) => {
    const w = builder.node('Transpose', [weight('scores', 'weight', [16, 5])], { attributes: { perm: [1, 0] } });
    const product = builder.node('MatMul', [x, builder.node('Transpose', [w], { attributes: { perm: [1, 0] } })], { name: 'scores', calls });
    const logits = builder.node('Add', [product, weight('scores', 'bias', [5])], { name: 'scores', calls });
    return builder.node('Softmax', [logits], { name: 'scores', calls });
  });
  builder.output('scores', x);
  return builder.build();
}
