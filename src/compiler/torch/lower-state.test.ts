import { expect, test } from 'vitest';
import { optimiseForInference } from '../graph/passes/inference-passes.ts';
import { lowerGraph } from './lower.ts';
import { formatProgram } from './testing/format-program.ts';
import { Bench } from './testing/lower-node.ts';
import { mobileGraph } from './testing/mobile-graph.ts';

test('a weight that is read in two layouts stays as it is, and the program moves it', () => {
  const bench = new Bench();
  const x = bench.input(['N', 6]);
  const weight = bench.weight([6, 6]);
  const moved = bench.node('Transpose', [weight], { perm: [1, 0] });
  const sum = bench.node('Add', [bench.node('Gemm', [x, weight], { transB: 1 }), bench.node('Gemm', [x, moved], { transB: 1 })]);
  expect(formatProgram(lowerGraph(bench.graph(sum), { mode: 'train' }))).toEqual([
    'parameter trainable layer.w0 [6, 6]',
    'Gemm%1 [N, 6] = linear(x%0, @layer.w0, None)',
    'Transpose%2 [6, 6] = permute(@layer.w0, [1, 0])',
    'Gemm%3 [N, 6] = linear(x%0, Transpose%2, None)',
    'Add%4 [N, 6] = add(Gemm%1, Gemm%3, 1)',
    'Add%5 [N, 6] = to(Add%4, float32, false, false, None)',
    'return output_0 = Add%5 float32',
  ]);
});

test('two calls that move a weight the same way share one entry in that layout', () => {
  const bench = new Bench();
  const x = bench.input(['N', 6]);
  const weight = bench.weight([6, 6]);
  const call = (input: typeof x) => bench.node('Gemm', [input, bench.node('Transpose', [weight], { perm: [1, 0] })], { transB: 1 });
  const program = lowerGraph(bench.graph(call(call(x))), { mode: 'train' });
  expect(program.state).toHaveLength(1);
  expect(program.body.map(({ op }) => op)).toEqual(['linear', 'linear', 'to']);
});

test('a computation over weights is done by the program while it trains, and is one tensor afterwards', () => {
  const bench = new Bench();
  const x = bench.input(['N', 6]);
  const product = bench.node('Mul', [bench.weight([5, 6]), bench.weight([6])]);
  const graph = bench.graph(bench.node('Gemm', [x, product], { transB: 1 }));
  const train = lowerGraph(graph, { mode: 'train' });
  expect(train.body.map(({ op }) => op)).toEqual(['mul', 'linear', 'to']);
  const inference = lowerGraph(graph, { mode: 'inference' });
  expect(inference.body.map(({ op }) => op)).toEqual(['linear', 'to']);
  expect(inference.state.map(({ key, shape }) => ({ key, shape }))).toEqual([{ key: 'layer.w0', shape: [5, 6] }]);
});

test('a weight that nothing reads stays part of the model', () => {
  const bench = new Bench();
  bench.weight([3], 'alpha');
  const program = lowerGraph(bench.graph(bench.node('Relu', [bench.input(['N', 6])])), { mode: 'train' });
  expect(program.state.map(({ key }) => key)).toEqual(['layer.alpha']);
});

test('folded weights are named after the convolution', () => {
  const program = lowerGraph(optimiseForInference(mobileGraph()), { mode: 'inference' });
  expect(formatProgram(program).filter((line) => line.startsWith('parameter'))).toEqual([
    'parameter trainable Conv1.weight [8, 3, 3, 3]',
    'parameter trainable Conv1.bias [8]',
    'parameter trainable depthwise.weight [8, 1, 3, 3]',
    'parameter trainable depthwise.bias [8]',
    'parameter trainable project.weight [8, 8, 1, 1]',
    'parameter trainable project.bias [8]',
    'parameter trainable dense.weight [16, 8]',
    'parameter trainable dense.bias [16]',
    'parameter trainable scores.weight [5, 16]',
    'parameter trainable scores.bias [5]',
  ]);
});

test('taps name the variable that a call gives', () => {
  const graph = mobileGraph();
  const program = lowerGraph(graph, { mode: 'train' });
  const names = graph.calls.map(({ id }) => program.taps.get(id)?.variable.name);
  expect(names.slice(0, 4)).toEqual(['Conv1', 'bn_Conv1', 'Conv1_relu', 'depthwise']);
  expect(program.taps.size).toBe(graph.calls.length);
});

test('all operations without a form are named at once', () => {
  const bench = new Bench();
  const x = bench.input(['N', 4, 9, 8]);
  const resize = bench.node('Resize', [x, null, null, bench.ints([5, 5])], { axes: [2, 3], mode: 'cubic', cubic_coeff_a: -0.5 });
  const pool = bench.node('AveragePool', [resize], { kernel_shape: [3, 3], pads: [2, 2, 0, 0], strides: [2, 2] });
  const graph = bench.graph(bench.node('Relu', [pool]));
  expect(() => lowerGraph(graph, { mode: 'train' })).toThrowError(
    expect.objectContaining({
      exitCode: 7,
      details: ['Resize: Resize (version 19): cubic_coeff_a -0.5', 'AveragePool: AveragePool (version 19): pads [2, 2, 0, 0] left out of the mean'],
    }),
  );
});

test('an output that no input reaches is refused', () => {
  const bench = new Bench();
  bench.input(['N', 6]);
  expect(() => lowerGraph(bench.graph(bench.weight([3])), { mode: 'train' })).toThrow(/doesn't depend on any input/);
});
