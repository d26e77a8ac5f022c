import { expect, test } from 'vitest';
import { lowerGraph } from './lower.ts';
import { formatProgram } from './testing/format-program.ts';
import { mobileGraph } from './testing/mobile-graph.ts';

test('a small MobileNet, to train', () => {
  expect(formatProgram(lowerGraph(mobileGraph(), { mode: 'train' })).join('\n')).toMatchInlineSnapshot(`
    "parameter trainable Conv1.weight [8, 3, 3, 3]
    parameter trainable bn_Conv1.weight [8]
    parameter trainable bn_Conv1.bias [8]
    buffer bn_Conv1.running_mean [8]
    buffer bn_Conv1.running_var [8]
    parameter trainable depthwise.weight [8, 1, 3, 3]
    parameter trainable depthwise_BN.weight [8]
    parameter trainable depthwise_BN.bias [8]
    buffer depthwise_BN.running_mean [8]
    buffer depthwise_BN.running_var [8]
    parameter trainable project.weight [8, 8, 1, 1]
    parameter trainable project_BN.weight [8]
    parameter trainable project_BN.bias [8]
    buffer project_BN.running_mean [8]
    buffer project_BN.running_var [8]
    parameter trainable dense.weight [16, 8]
    parameter trainable dense.bias [16]
    parameter trainable scores.weight [5, 16]
    parameter trainable scores.bias [5]
    nchw%1 [N, 3, 16, 16] = permute(image%0, [0, 3, 1, 2])
    nchw_padded%2 [N, 3, 17, 17] = constant_pad_nd(nchw%1, [0, 1, 0, 1], 0.)
    Conv1%3 [N, 8, 8, 8] = conv2d(nchw_padded%2, @Conv1.weight, None, [2, 2], [0, 0], [1, 1], 1)
    bn_Conv1%4 [N, 8, 8, 8] = batch_norm(Conv1%3, @bn_Conv1.weight, @bn_Conv1.bias, @bn_Conv1.running_mean, @bn_Conv1.running_var, training, 0.01, 0.001, true)
    Conv1_relu%5 [N, 8, 8, 8] = relu6(bn_Conv1%4)
    depthwise%6 [N, 8, 8, 8] = conv2d(Conv1_relu%5, @depthwise.weight, None, [1, 1], [1, 1], [1, 1], 8)
    depthwise_BN%7 [N, 8, 8, 8] = batch_norm(depthwise%6, @depthwise_BN.weight, @depthwise_BN.bias, @depthwise_BN.running_mean, @depthwise_BN.running_var, training, 0.01, 0.001, true)
    depthwise_relu%8 [N, 8, 8, 8] = relu6(depthwise_BN%7)
    project%9 [N, 8, 8, 8] = conv2d(depthwise_relu%8, @project.weight, None, [1, 1], [0, 0], [1, 1], 1)
    project_BN%10 [N, 8, 8, 8] = batch_norm(project%9, @project_BN.weight, @project_BN.bias, @project_BN.running_mean, @project_BN.running_var, training, 0.01, 0.001, true)
    add%11 [N, 8, 8, 8] = add(Conv1_relu%5, project_BN%10, 1)
    pool%12 [N, 8, 1, 1] = mean(add%11, [2, 3], true, None)
    pool%13 [N, 8] = flatten(pool%12, 1, -1)
    dense%14 [N, 16] = linear(pool%13, @dense.weight, @dense.bias)
    dropout%15 [N, 16] = dropout(dense%14, 0.25, training)
    scores%17 [N, 5] = linear(dropout%15, @scores.weight, @scores.bias)
    scores%18 [N, 5] = softmax(scores%17, -1, float32)
    return scores = scores%18 float32"
  `);
});
