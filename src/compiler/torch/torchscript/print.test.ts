import { expect, test } from 'vitest';
import { optimiseForInference } from '../../graph/passes/inference-passes.ts';
import { lowerGraph } from '../lower.ts';
import { dropTaps } from '../program-passes/drop-taps.ts';
import { Bench } from '../testing/lower-node.ts';
import { mobileGraph } from '../testing/mobile-graph.ts';
import { printTorchScript } from './print.ts';

const print = (graph: Parameters<typeof lowerGraph>[0], mode: 'train' | 'inference') => printTorchScript(dropTaps(lowerGraph(graph, { mode })));

test('a small MobileNet', () => {
  const { className, code, version } = print(optimiseForInference(mobileGraph()), 'inference');
  expect(className).toBe('mini');
  expect(version).toBe(3);
  expect(code).toMatchInlineSnapshot(`
    "class mini(Module):
      __parameters__ = ["Conv1_weight", "Conv1_bias", "depthwise_weight", "depthwise_bias", "project_weight", "project_bias", "dense_weight", "dense_bias", "scores_weight", "scores_bias", ]
      __buffers__ = []
      training : bool
      Conv1_weight : Tensor
      Conv1_bias : Tensor
      depthwise_weight : Tensor
      depthwise_bias : Tensor
      project_weight : Tensor
      project_bias : Tensor
      dense_weight : Tensor
      dense_bias : Tensor
      scores_weight : Tensor
      scores_bias : Tensor
      def forward(self: __torch__.mini,
        image: Tensor) -> Tensor:
        nchw = torch.permute(image, [0, 3, 1, 2])
        nchw_padded = torch.constant_pad_nd(nchw, [0, 1, 0, 1], 0.)
        bn_Conv1 = torch.conv2d(nchw_padded, self.Conv1_weight, self.Conv1_bias, [2, 2], [0, 0], [1, 1], 1)
        Conv1_relu = torch.relu6(bn_Conv1)
        depthwise_BN = torch.conv2d(Conv1_relu, self.depthwise_weight, self.depthwise_bias, [1, 1], [1, 1], [1, 1], 8)
        depthwise_relu = torch.relu6(depthwise_BN)
        project_BN = torch.conv2d(depthwise_relu, self.project_weight, self.project_bias, [1, 1], [0, 0], [1, 1], 1)
        add = torch.add(Conv1_relu, project_BN, alpha=1)
        pool = torch.mean(add, [2, 3], True, dtype=None)
        pool_2 = torch.flatten(pool, 1, -1)
        dense = torch.linear(pool_2, self.dense_weight, self.dense_bias)
        scores = torch.linear(dense, self.scores_weight, self.scores_bias)
        scores_2 = torch.softmax(scores, -1, 6)
        return scores_2
    "
  `);
});

test('taps are a second method over the same state', () => {
  const program = lowerGraph(optimiseForInference(mobileGraph()), { mode: 'inference' });
  const { code } = printTorchScript(dropTaps(program), program);
  const [head, layers] = code.split(/(?= {2}def layers)/);
  expect(head).toBe(print(optimiseForInference(mobileGraph()), 'inference').code);
  expect(layers).toMatchInlineSnapshot(`
    "  def layers(self: __torch__.mini,
        image: Tensor) -> List[Tensor]:
        nchw = torch.permute(image, [0, 3, 1, 2])
        nchw_padded = torch.constant_pad_nd(nchw, [0, 1, 0, 1], 0.)
        bn_Conv1 = torch.conv2d(nchw_padded, self.Conv1_weight, self.Conv1_bias, [2, 2], [0, 0], [1, 1], 1)
        Conv1_relu = torch.relu6(bn_Conv1)
        depthwise_BN = torch.conv2d(Conv1_relu, self.depthwise_weight, self.depthwise_bias, [1, 1], [1, 1], [1, 1], 8)
        depthwise_relu = torch.relu6(depthwise_BN)
        project_BN = torch.conv2d(depthwise_relu, self.project_weight, self.project_bias, [1, 1], [0, 0], [1, 1], 1)
        add = torch.add(Conv1_relu, project_BN, alpha=1)
        pool = torch.mean(add, [2, 3], True, dtype=None)
        pool_2 = torch.flatten(pool, 1, -1)
        dense = torch.linear(pool_2, self.dense_weight, self.dense_bias)
        scores = torch.linear(dense, self.scores_weight, self.scores_bias)
        scores_2 = torch.softmax(scores, -1, 6)
        return [bn_Conv1, Conv1_relu, depthwise_BN, depthwise_relu, project_BN, add, pool_2, dense, dense, scores_2]
    "
  `);
});

test('the program that trains follows the mode of the module', () => {
  const { code } = print(mobileGraph(), 'train');
  expect(code).toContain('self.bn_Conv1_running_var, self.training, 0.01, 0.001, True)');
  expect(code).toContain('torch.dropout(dense, 0.25, self.training)');
});

test('several outputs are a tuple, a list is unpacked, infinities have names', () => {
  const bench = new Bench();
  const [left, right] = bench.nodes('Split', [bench.input(['N', 4, 9, 8]), bench.ints([1, 3])], 2, { axis: 1 });
  const pool = bench.node('MaxPool', [right ?? null], { kernel_shape: [2, 2], pads: [0, 0, 1, 1] });
  const { code } = print(bench.graph([left as NonNullable<typeof left>, pool]), 'inference');
  expect(code).toContain(') -> Tuple[Tensor, Tensor]:');
  expect(code).toContain('Split, Split_2, = torch.split_with_sizes(x, [1, 3], 1)');
  expect(code).toContain('[0, 1, 0, 1], -inf)');
  expect(code).toMatch(/return \(\w+, \w+\)\n$/);
});

test('an operator with a newer meaning raises the version', () => {
  const bench = new Bench();
  const x = bench.input(['N', 4]);
  expect(print(bench.graph(bench.node('Div', [x, bench.floats(2)])), 'inference').version).toBe(4);
  expect(print(bench.graph(bench.node('Gelu', [x])), 'inference').version).toBe(10);
});

test("names can't leave their place", () => {
  const bench = new Bench();
  const x = bench.input(['N', 4], 'float32', 'x: Tensor) -> Tensor:\n    import os');
  const { code } = print(bench.graph(bench.node('Relu', [x])), 'inference');
  expect(code).not.toContain('import os');
});
