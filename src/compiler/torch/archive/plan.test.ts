import { describe, expect, test } from 'vitest';
import { MemorySink } from '../../../formats/files/memory-sink.ts';
import { type TorchScriptArchive, writeTorchArchive } from '../../../formats/torch-archive/write-torch-archive.ts';
import type { Graph } from '../../graph/graph.ts';
import { optimiseForInference } from '../../graph/passes/inference-passes.ts';
import { lowerGraph } from '../lower.ts';
import { Bench } from '../testing/lower-node.ts';
import { mobileGraph } from '../testing/mobile-graph.ts';
import { planTorchArchive, type TorchArchiveOptions } from './plan.ts';

const plan = (graph: Graph, options?: TorchArchiveOptions): TorchScriptArchive =>
  planTorchArchive(graph, lowerGraph(graph, { mode: 'inference' }), options);

function tensor(archive: TorchScriptArchive, name: string) {
  const value = archive.attributes.find(([attribute]) => attribute === name)?.[1];
  if (value === undefined || typeof value === 'boolean') throw new Error(`no tensor ${name}`);
  return value;
}

function floats(bytes: Uint8Array): number[] {
  return [...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)];
}

const depthwise = (pads: readonly number[], group = 4): Graph => {
  const bench = new Bench();
  const weight = bench.weight([4, 4 / group, 3, 3]);
  return bench.graph(bench.node('Conv', [bench.input(['N', 4, 8, 8]), weight], { group, pads, strides: [2, 2] }));
};

test('a kernel is stored O, H, W, I with the strides of [O, I, H, W]', () => {
  const bench = new Bench();
  const kernel = tensor(plan(bench.graph(bench.node('Conv', [bench.input(['N', 2, 3, 3]), bench.weight([1, 2, 2, 2])]))), 'layer_w0');
  expect(kernel).toMatchObject({ dtype: 'float32', shape: [1, 2, 2, 2], strides: [8, 1, 4, 2] });
  // [O, I, H, W] counted up: I is the outer of the two blocks of four.
  expect(floats(kernel.read())).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
});

test('a kernel that something else reads too stays in its order', () => {
  const bench = new Bench();
  const weight = bench.weight([4, 4, 1, 1]);
  const conv = bench.node('Conv', [bench.input(['N', 4, 1, 1]), weight]);
  expect(tensor(plan(bench.graph(bench.node('Add', [conv, weight]))), 'layer_w0').strides).toEqual([4, 1, 1, 1]);
});

describe('padding', () => {
  test('even zeros are the padding of the convolution', () => {
    const bench = new Bench();
    const padded = bench.node('Pad', [bench.input(['N', 4, 8, 8]), bench.ints([0, 0, 3, 2, 0, 0, 3, 2])]);
    const { code } = plan(bench.graph(bench.node('Conv', [padded, bench.weight([5, 4, 3, 3])])));
    expect(code).not.toContain('constant_pad_nd');
    expect(code).toContain('[1, 1], [3, 2], [1, 1], 1)');
  });

  test('one more at the end of a depthwise convolution: zeros in front of the kernel', () => {
    const archive = plan(depthwise([0, 0, 1, 1]));
    expect(archive.code).toContain('torch.conv2d(x, self.layer_w0, None, [2, 2], [1, 1], [1, 1], 4)');
    const kernel = tensor(archive, 'layer_w0');
    expect(kernel.shape).toEqual([4, 1, 4, 4]);
    expect(floats(kernel.read()).slice(0, 16)).toEqual([0, 0, 0, 0, 0, 0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8]);
  });

  test('only the axis that needs it grows', () => {
    expect(tensor(plan(depthwise([1, 0, 1, 1])), 'layer_w0').shape).toEqual([4, 1, 3, 4]);
  });

  test('a full convolution, other fills and two more at the end are padded in front', () => {
    expect(plan(depthwise([0, 0, 1, 1], 1)).code).toContain('constant_pad_nd');
    expect(plan(depthwise([0, 0, 2, 2])).code).toContain('constant_pad_nd');
    const bench = new Bench();
    const padded = bench.node('Pad', [bench.input(['N', 4, 8, 8]), bench.ints([0, 0, 1, 1, 0, 0, 1, 1]), bench.floats(1)]);
    expect(plan(bench.graph(bench.node('Conv', [padded, bench.weight([5, 4, 3, 3])]))).code).toContain('constant_pad_nd');
  });

  test('a kernel that two calls share, padded differently, stays as it is', () => {
    const bench = new Bench();
    const weight = bench.weight([4, 1, 3, 3]);
    const first = bench.node('Conv', [bench.input(['N', 4, 8, 8]), weight], { group: 4, pads: [0, 0, 1, 1], strides: [2, 2] });
    const second = bench.node('Conv', [first, weight], { group: 4, pads: [1, 1, 1, 1] });
    expect(tensor(plan(bench.graph(second)), 'layer_w0').shape).toEqual([4, 1, 3, 3]);
  });
});

describe('taps', () => {
  const methods = ({ code }: TorchScriptArchive) => code.split(/(?= {2}def )/).slice(1) as [string, string];

  test('what is written over in one method is not in the other, and the state is the same', () => {
    const inference = optimiseForInference(mobileGraph());
    const [forward, layers] = methods(plan(inference));
    expect(forward).toContain('torch.hardtanh_(');
    expect(layers).toContain('torch.relu6(');
    expect(layers).not.toContain('_(');
    const reads = (method: string) => [...new Set(method.match(/self\.\w+/g))].sort();
    expect(reads(layers)).toEqual(reads(forward));
  });

  test('padding that is tapped goes into the convolution all the same, and stands apart for its tap', () => {
    const bench = new Bench();
    const padded = bench.node('Pad', [bench.input(['N', 4, 8, 8]), bench.ints([0, 0, 0, 0, 0, 0, 1, 1])]);
    bench.tap(padded);
    const [forward, layers] = methods(plan(bench.graph(bench.node('Conv', [padded, bench.weight([4, 1, 3, 3])], { group: 4, strides: [2, 2] }))));
    const conv = 'torch.conv2d(x, self.layer_w0, None, [2, 2], [1, 1], [1, 1], 4)';
    expect(forward).toContain(conv);
    expect(forward).not.toContain('constant_pad_nd');
    expect(layers).toContain(`Pad = torch.constant_pad_nd(x, [0, 1, 0, 1], 0.)`);
    expect(layers).toContain('return [Pad]');
  });

  test('a model without calls has none', () => {
    const graph = optimiseForInference(mobileGraph());
    expect(plan({ ...graph, calls: [], nodes: graph.nodes.map((node) => ({ ...node, calls: [] })) }).code).not.toContain('def layers');
  });
});

describe('precision', () => {
  test('halves the weights', () => {
    const archive = plan(optimiseForInference(mobileGraph()), { precision: 'bf16' });
    for (const [name, value] of archive.attributes) if (typeof value !== 'boolean') expect([name, value.dtype]).toEqual([name, 'bfloat16']);
    const kernel = tensor(archive, 'Conv1_weight');
    expect(kernel.read().byteLength).toBe(8 * 3 * 3 * 3 * 2);
  });

  test('a weight past the range of float16 is refused by name', () => {
    const bench = new Bench();
    const huge = bench.node('Mul', [bench.weight([2, 2]), bench.floats(1e6)]);
    const archive = plan(bench.graph(bench.node('Gemm', [bench.input(['N', 2]), huge], { transB: 1 })), { precision: 'fp16' });
    expect(() => tensor(archive, 'layer_w0').read()).toThrow(/layer\.w0 has values that float16 can't hold/);
  });
});

test('equal graphs give equal bytes', () => {
  const bytes = (): Uint8Array => {
    const sink = new MemorySink();
    writeTorchArchive(sink, plan(optimiseForInference(mobileGraph())));
    return sink.bytes();
  };
  expect(Buffer.compare(bytes(), bytes())).toBe(0);
});

test('what only training reads is not in the file', () => {
  const bench = new Bench();
  bench.weight([3], 'alpha');
  const archive = plan(bench.graph(bench.node('Relu', [bench.input(['N', 6])])));
  expect(archive.attributes).toEqual([['training', false]]);
});
