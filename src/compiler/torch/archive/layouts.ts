import type { Graph, ValueId } from '../../graph/graph.ts';
import type { Program, StateEntry } from '../program.ts';
import { readKeys } from '../program-passes/rewrite.ts';
import { ConstantLayer } from './constant-layer.ts';

/** How a state entry lies in the file. */
export interface StoredState {
  readonly entry: StateEntry;
  /** In elements, for the entry's own shape. */
  readonly strides: readonly number[];
  /** A constant of the extended graph whose elements, in C order, are the storage's. */
  readonly value: ValueId;
}

/**
 * Convolution weights [O, I, H, W] are stored O, H, W, I, as channels-last kernels read them; everything else in C order. An entry with
 * a larger shape than its value gets zeros in front. Moves, zeros and a change of precision are nodes over the constant, so that
 * evaluating it copies the elements once.
 *
 * @returns the graph with those nodes, and the entries in the program's order
 */
export function layOutState(graph: Graph, program: Program): { readonly graph: Graph; readonly stored: readonly StoredState[] } {
  const extended = new ConstantLayer(graph);
  const kernels = channelsLastKernels(program);
  const stored = program.state.map((entry): StoredState => {
    const { shape, dtype } = entry;
    let value = extended.cast(extended.growInFront(entry.value, shape), dtype);
    if (!kernels.has(entry.key)) return { entry, strides: contiguousStrides(shape), value };
    const [, inputs = 1, height = 1, width = 1] = shape;
    value = extended.transpose(value, [0, 2, 3, 1]);
    return { entry, strides: [inputs * height * width, 1, width * inputs, inputs], value };
  });
  return { graph: extended.build(), stored };
}

/** Keys of what conv2d reads as its weight, and nothing reads otherwise. */
function channelsLastKernels(program: Program): ReadonlySet<string> {
  const kernels = new Set<string>();
  const others = new Set<string>();
  for (const { op, arguments: args } of program.body) {
    args.forEach((argument, index) => {
      for (const key of readKeys(argument)) (op === 'conv2d' && index === 1 ? kernels : others).add(key);
    });
  }
  return new Set([...kernels].filter((key) => !others.has(key)));
}

function contiguousStrides(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * Math.max(size, 1), 1));
}
