import { describe, expect, test } from 'vitest';
import { optimiseForInference } from '../../graph/passes/inference-passes.ts';
import { lowerGraph } from '../lower.ts';
import type { Program } from '../program.ts';
import { formatArgument, formatProgram } from '../testing/format-program.ts';
import { Bench } from '../testing/lower-node.ts';
import { mobileGraph } from '../testing/mobile-graph.ts';
import { activateInPlace } from './activate-in-place.ts';
import { dropTaps } from './drop-taps.ts';
import { lowerPrecision } from './lower-precision.ts';

const ops = (program: Program): readonly string[] => program.body.map(({ op }) => op);

describe('float32 outputs', () => {
  test('a sigmoid is computed in float32', () => {
    const bench = new Bench();
    const head = bench.node('Sigmoid', [bench.node('Gemm', [bench.input(['N', 6]), bench.weight([5, 6])], { transB: 1 })]);
    expect(ops(lowerGraph(bench.graph(head), { mode: 'train' }))).toEqual(['linear', 'to', 'sigmoid']);
  });

  test('a softmax behind a reshape takes the dtype', () => {
    const bench = new Bench();
    const head = bench.node('Reshape', [bench.node('Softmax', [bench.input(['N', 6])]), bench.ints([0, 2, 3])]);
    const program = lowerGraph(bench.graph(head), { mode: 'train' });
    expect(program.body[0]?.arguments.map(formatArgument)).toEqual(['x%0', '-1', 'float32']);
    expect(ops(program)).toEqual(['softmax', 'reshape']);
  });

  test('what the model reads on is cast at the end, so that only the output is float32', () => {
    const bench = new Bench();
    const features = bench.node('Relu', [bench.node('Gemm', [bench.input(['N', 6]), bench.weight([5, 6])], { transB: 1 })]);
    const head = bench.node('Gemm', [features, bench.weight([3, 5])], { transB: 1 });
    const program = lowerGraph(bench.graph([features, head, features]), { mode: 'train' });
    expect(ops(program)).toEqual(['linear', 'relu', 'linear', 'to', 'to']);
    expect(program.outputs[0]?.variable).toBe(program.outputs[2]?.variable);
  });

  test('an input that is an output, and integers, stay as they are', () => {
    const bench = new Bench();
    const x = bench.input(['N', 6]);
    expect(ops(lowerGraph(bench.graph([x, bench.node('ArgMax', [x], { axis: 1 })]), { mode: 'train' }))).toEqual(['argmax']);
  });
});

describe('linear with its bias', () => {
  const dense = (bench: Bench) => bench.node('MatMul', [bench.input(['N', 6]), bench.node('Transpose', [bench.weight([5, 6])], { perm: [1, 0] })]);

  test('a bias of one element is no bias of five outputs', () => {
    const bench = new Bench();
    expect(ops(lowerGraph(bench.graph(bench.node('Add', [dense(bench), bench.weight([1])])), { mode: 'train' }))).toEqual(['linear', 'add', 'to']);
  });

  test('a product that something else reads keeps its own value', () => {
    const bench = new Bench();
    const product = dense(bench);
    const sum = bench.node('Add', [product, bench.weight([5])]);
    expect(ops(lowerGraph(bench.graph([product, sum]), { mode: 'train' }))).toEqual(['linear', 'add', 'to', 'to']);
  });
});

test('a sigmoid with another reader is no part of a silu', () => {
  const bench = new Bench();
  const x = bench.input(['N', 6]);
  const gate = bench.node('Sigmoid', [x]);
  expect(ops(lowerGraph(bench.graph([bench.node('Mul', [x, gate]), gate]), { mode: 'train' }))).toContain('mul');
});

describe('in place', () => {
  test('an activation over a fresh tensor that nobody else reads', () => {
    const program = activateInPlace(dropTaps(lowerGraph(optimiseForInference(mobileGraph()), { mode: 'inference' })));
    expect(ops(program).filter((op) => op.startsWith('hardtanh'))).toEqual(['hardtanh_', 'hardtanh_']);
  });

  test('never over an input, a view of it, or what is read again', () => {
    const bench = new Bench();
    const x = bench.input(['N', 6, 1]);
    const y = bench.node('Sigmoid', [bench.node('Relu', [bench.node('Squeeze', [x, bench.ints([2])])])]);
    const z = bench.node('MatMul', [y, bench.weight([6, 6])]);
    const out = bench.node('Add', [bench.node('Relu', [z]), z]);
    expect(ops(activateInPlace(lowerGraph(bench.graph(out), { mode: 'inference' })))).toEqual([
      'squeeze',
      'relu',
      'sigmoid',
      'matmul',
      'relu',
      'add',
      'to',
    ]);
  });
});

describe('lower precision', () => {
  test('inputs are cast behind their permute, scores stay float32', () => {
    const program = lowerPrecision(dropTaps(lowerGraph(optimiseForInference(mobileGraph()), { mode: 'inference' })), 'bfloat16');
    expect(formatProgram(program).filter((line) => line.includes('float'))).toEqual([
      expect.stringMatching(/^nchw%\d+ bfloat16\[N, 3, 16, 16\] = to\(nchw%1, bfloat16, /),
      expect.stringMatching(/ = softmax\(.*, float32\)$/),
      expect.stringMatching(/^return scores = .* float32$/),
    ]);
    expect(new Set(program.state.map(({ dtype }) => dtype))).toEqual(new Set(['bfloat16']));
  });

  test("statistics stay float32, and the model's own casts follow", () => {
    const bench = new Bench();
    const image = bench.node('Cast', [bench.input(['N', 4, 9, 8], 'uint8')], { to: 1 });
    const inputs = ['weight', 'bias', 'running_mean', 'running_var'].map((role) => bench.weight([4], role));
    const y = bench.node('Conv', [bench.node('BatchNormalization', [image, ...inputs]), bench.weight([4, 4, 1, 1])]);
    const program = lowerPrecision(lowerGraph(bench.graph(y), { mode: 'inference' }), 'float16');
    const casts = program.body.filter(({ op }) => op === 'to').map(({ arguments: args }) => formatArgument(args[1] as (typeof args)[number]));
    expect(casts).toEqual(['float16', 'float32']);
    expect(program.state.map(({ key, dtype }) => `${key} ${dtype}`)).toEqual([
      'layer.weight float32',
      'layer.bias float32',
      'layer.running_mean float32',
      'layer.running_var float32',
      'layer.w0 float16',
    ]);
  });
});
