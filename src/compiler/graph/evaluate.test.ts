import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DType } from '../../core/dtypes.ts';
import { GraphBuilder } from './builder.ts';
import { evaluateConstant, isConstant } from './evaluate.ts';
import type { Attributes, ModelInfo, ValueId } from './graph.ts';
import { ONNX_DTYPE_CODES } from './onnx-dtypes.ts';

const MODEL: ModelInfo = { name: 'm', sourceName: 'm.h5', framework: 'keras', frameworkVersion: '2.10.0', classes: undefined, preprocess: undefined };

/** Evaluates what `build` makes; the elements as numbers. */
function evaluate(build: (builder: GraphBuilder) => ValueId): { dtype: DType; shape: readonly number[]; numbers: number[] } {
  const builder = new GraphBuilder(MODEL);
  const value = build(builder);
  const { dtype, shape, data } = evaluateConstant(builder.build(), value);
  const buffer = data.slice().buffer;
  const elements =
    dtype === 'float32'
      ? new Float32Array(buffer)
      : dtype === 'int64'
        ? new BigInt64Array(buffer)
        : dtype === 'float16' || dtype === 'bfloat16'
          ? new Uint16Array(buffer)
          : new Uint8Array(buffer);
  return { dtype, shape, numbers: Array.from(elements as ArrayLike<number | bigint>, Number) };
}

function floats(builder: GraphBuilder, data: readonly number[], shape: readonly number[] = [data.length]): ValueId {
  return builder.constant(data, { dtype: 'float32', shape });
}

const node = (builder: GraphBuilder, op: string, inputs: (ValueId | null)[], attributes: Attributes = {}) => builder.node(op, inputs, { attributes });

function count(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Transposes by definition, one element at a time. */
function naiveTranspose(data: readonly number[], shape: readonly number[], perm: readonly number[]): number[] {
  const target = perm.map((axis) => shape[axis] as number);
  return Array.from({ length: data.length }, (_, index) => {
    const position = Array<number>(shape.length).fill(0);
    let rest = index;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      position[perm[axis] as number] = rest % (target[axis] as number);
      rest = Math.floor(rest / (target[axis] as number));
    }
    return data[position.reduce((flat, at, axis) => flat * (shape[axis] as number) + at, 0)] as number;
  });
}

describe('evaluateConstant', () => {
  it('moves layouts as the definition says, through chains of Transpose and Reshape', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 }).filter((shape) => count(shape) < 3000);
    const cases = shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        first: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
        second: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
        split: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(cases, ({ shape, first, second, split }) => {
        const data = Array.from({ length: count(shape) }, (_, index) => index);
        const result = evaluate((builder) => {
          let x = node(builder, 'Transpose', [floats(builder, data, shape)], { perm: first });
          if (split)
            x = node(builder, 'Reshape', [
              node(builder, 'Reshape', [x, builder.constant([-1])]),
              builder.constant(first.map((axis) => shape[axis] as number)),
            ]);
          return node(builder, 'Transpose', [x], { perm: second });
        });
        const middle = first.map((axis) => shape[axis] as number);
        expect(result.shape).toEqual(second.map((axis) => middle[axis]));
        expect(result.numbers).toEqual(naiveTranspose(naiveTranspose(data, shape, first), middle, second));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every bit of what it only moves', () => {
    const words = [0x7fa00001, 0xff800001, 0x80000000, 0x00000001, 0x7f800000, 0x3f800000];
    const builder = new GraphBuilder(MODEL);
    const bytes = new Uint8Array(Uint32Array.from(words).buffer);
    const source = { dtype: 'float32', shape: [2, 3], place: 'test', read: () => bytes } as const;
    const weight = builder.weight({ source, kind: 'parameter', trainable: true, owner: ['a'], role: 'weight' });
    const moved = node(builder, 'Transpose', [weight], { perm: [1, 0] });
    const { data } = evaluateConstant(builder.build(), moved);
    expect([...new Uint32Array(data.slice().buffer)]).toEqual([0, 3, 1, 4, 2, 5].map((index) => words[index]));
  });

  it('reads a source whose bytes are not aligned', () => {
    const builder = new GraphBuilder(MODEL);
    const bytes = new Uint8Array(9);
    bytes.set(new Uint8Array(Float32Array.from([1.5, -2]).buffer), 1);
    const source = { dtype: 'float32', shape: [2], place: 'test', read: () => bytes.subarray(1) } as const;
    const weight = builder.weight({ source, kind: 'buffer', trainable: false, owner: ['a'], role: 'mean' });
    const { data } = evaluateConstant(builder.build(), node(builder, 'Neg', [weight]));
    expect([...new Float32Array(data.slice().buffer)]).toEqual([-1.5, 2]);
  });

  it('computes in doubles and rounds once', () => {
    // γ / √(σ² + ε) · w: each step rounded to float32 gives another result than one rounding for some of these.
    const w = Array.from({ length: 200 }, (_, index) => Math.fround(Math.sin(index) * 0.1));
    const gamma = Math.fround(0.7);
    const variance = Math.fround(0.3);
    const epsilon = Math.fround(0.001);
    const { numbers } = evaluate((builder) => {
      const scale = node(builder, 'Div', [
        floats(builder, [gamma]),
        node(builder, 'Sqrt', [node(builder, 'Add', [floats(builder, [variance]), floats(builder, [epsilon])])]),
      ]);
      return node(builder, 'Mul', [floats(builder, w), scale]);
    });
    expect(numbers).toEqual(w.map((x) => Math.fround(x * (gamma / Math.sqrt(variance + epsilon)))));
  });

  it('broadcasts', () => {
    const { shape, numbers } = evaluate((builder) =>
      node(builder, 'Sub', [floats(builder, [1, 2, 3, 4, 5, 6], [2, 3]), floats(builder, [10, 20], [2, 1])]),
    );
    expect(shape).toEqual([2, 3]);
    expect(numbers).toEqual([-9, -8, -7, -16, -15, -14]);
    expect(evaluate((builder) => node(builder, 'Max', [floats(builder, [1, 5]), floats(builder, [3], []), floats(builder, [4, 2])])).numbers).toEqual(
      [4, 5],
    );
  });

  it('slices, gathers, joins, pads, expands', () => {
    const matrix = (builder: GraphBuilder) => floats(builder, [1, 2, 3, 4, 5, 6], [2, 3]);
    const ints = (builder: GraphBuilder, ...numbers: number[]) => builder.constant(numbers);
    expect(evaluate((b) => node(b, 'Slice', [matrix(b), ints(b, -1), ints(b, -9), ints(b, 1), ints(b, -2)])).numbers).toEqual([3, 1, 6, 4]);
    expect(evaluate((b) => node(b, 'Gather', [matrix(b), ints(b, 2, 0, -2)], { axis: 1 })).numbers).toEqual([3, 1, 2, 6, 4, 5]);
    expect(evaluate((b) => node(b, 'Concat', [matrix(b), floats(b, [7, 8], [2, 1])], { axis: 1 })).numbers).toEqual([1, 2, 3, 7, 4, 5, 6, 8]);
    expect(evaluate((b) => node(b, 'Pad', [matrix(b), ints(b, 1, 0, 0, 1), floats(b, [9], [])])).numbers).toEqual([
      9, 9, 9, 9, 1, 2, 3, 9, 4, 5, 6, 9,
    ]);
    expect(evaluate((b) => node(b, 'Pad', [matrix(b), ints(b, 0, -1, 0, 0)])).numbers).toEqual([2, 3, 5, 6]);
    expect(evaluate((b) => node(b, 'Expand', [floats(b, [1, 2], [2, 1]), ints(b, 2, 3)])).numbers).toEqual([1, 1, 1, 2, 2, 2]);
    expect(evaluate((b) => node(b, 'Squeeze', [node(b, 'Unsqueeze', [matrix(b), ints(b, 0)]), ints(b, 0)])).shape).toEqual([2, 3]);
  });

  it('casts to half floats with ties to even', () => {
    const values = [
      1,
      -1,
      0,
      -0,
      65504,
      65519,
      65520,
      1e-8,
      2 ** -24,
      2 ** -25,
      1.5 * 2 ** -24,
      6.1e-5,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      Number.NaN,
      Infinity,
      -Infinity,
    ];
    const cast = (dtype: DType) => evaluate((b) => node(b, 'Cast', [floats(b, values)], { to: ONNX_DTYPE_CODES[dtype] })).numbers;
    // From numpy.float16 of the same float32 values.
    expect(cast('float16')).toEqual([0x3c00, 0xbc00, 0, 0x8000, 0x7bff, 0x7bff, 0x7c00, 0, 1, 0, 2, 0x03ff, 0x3c00, 0x3c02, 0x7e00, 0x7c00, 0xfc00]);
    const bfloat = evaluate((b) =>
      node(b, 'Cast', [floats(b, [1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4028234e38, Number.NaN, -0])], { to: ONNX_DTYPE_CODES.bfloat16 }),
    );
    expect(bfloat.numbers).toEqual([0x3f80, 0x3f80, 0x3f82, 0x7f80, 0x7fc0, 0x8000]);
    const back = evaluate((b) =>
      node(b, 'Cast', [node(b, 'Cast', [floats(b, [0.1, 2 ** -24, -65504])], { to: ONNX_DTYPE_CODES.float16 })], { to: ONNX_DTYPE_CODES.float32 }),
    );
    expect(back.numbers).toEqual([0.0999755859375, 2 ** -24, -65504]);
    expect(evaluate((b) => node(b, 'Cast', [floats(b, [1.9, -1.9, 0])], { to: ONNX_DTYPE_CODES.int64 })).numbers).toEqual([1, -1, 0]);
  });

  it('knows what is constant', () => {
    const builder = new GraphBuilder(MODEL);
    const x = builder.input('x', 'float32', ['N', 2]);
    const c = floats(builder, [1, 2]);
    const folded = node(builder, 'Mul', [c, c]);
    const live = node(builder, 'Mul', [x, folded]);
    const graph = builder.build();
    expect([x, c, folded, live].map((value) => isConstant(graph, value))).toEqual([false, true, true, false]);
    expect(() => evaluateConstant(graph, live)).toThrow(/is not constant/);
  });

  it('evaluates a shared expression once, so that doubling chains stay linear', () => {
    const { numbers } = evaluate((builder) => {
      let x = floats(builder, [1]);
      for (let depth = 0; depth < 60; depth++) x = node(builder, 'Add', [x, x]);
      return x;
    });
    expect(numbers).toEqual([2 ** 60]);
  });

  it('writes a Gather and reordered rows of a Dense kernel as one move', () => {
    const data = Array.from({ length: 24 }, (_, index) => index);
    const { shape, numbers } = evaluate((builder) => {
      const split = node(builder, 'Reshape', [floats(builder, data, [12, 2]), builder.constant([2, 2, 3, 2])]);
      return node(builder, 'Reshape', [node(builder, 'Transpose', [split], { perm: [3, 2, 0, 1] }), builder.constant([2, 12])]);
    });
    expect(shape).toEqual([2, 12]);
    expect(numbers).toEqual(naiveTranspose(data, [2, 2, 3, 2], [3, 2, 0, 1]));
  });
});
