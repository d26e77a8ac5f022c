import { invariant } from '../../../core/errors.ts';
import type { Graph, Node, ValueId } from '../../graph/graph.ts';
import { ONNX_DTYPE_CODES } from '../../graph/onnx-dtypes.ts';
import type { Program, StateEntry } from '../program.ts';
import { readKeys } from '../program-passes/rewrite.ts';

/** How a state entry lies in the file. */
export interface StoredState {
  readonly entry: StateEntry;
  /** In elements, for the entry's own shape. */
  readonly strides: readonly number[];
  /** A constant of the extended graph whose elements, in C order, are the storage's. */
  readonly value: ValueId;
}

/**
 * Convolution weights [O, I, H, W] are stored O, H, W, I, as channels-last kernels read them; everything else in C order. The move and
 * a change of precision are nodes over the constant, so that evaluating it touches each element once.
 *
 * @returns the graph with those nodes, and the entries in the program's order
 */
export function layOutState(graph: Graph, program: Program): { readonly graph: Graph; readonly stored: readonly StoredState[] } {
  const values = new Map(graph.values);
  const nodes = [...graph.nodes];
  const append = (op: 'Transpose' | 'Cast', since: number, input: ValueId, attributes: Node['attributes'], change: Partial<StateEntry>): ValueId => {
    const source = values.get(input);
    invariant(source !== undefined, `no value ${input}`);
    const id = values.size as ValueId;
    invariant(!values.has(id), `value ${id} exists`);
    values.set(id, { ...source, ...change, id });
    nodes.push({ op, domain: '', since, name: source.name, inputs: [input], outputs: [id], attributes, calls: [] });
    return id;
  };
  const kernels = channelsLastKernels(program);
  const stored = program.state.map((entry): StoredState => {
    const { shape, dtype } = entry;
    let value = entry.value;
    if (values.get(value)?.dtype !== dtype) value = append('Cast', 19, value, { to: ONNX_DTYPE_CODES[dtype], saturate: 1 }, { dtype });
    if (!kernels.has(entry.key)) return { entry, strides: contiguousStrides(shape), value };
    const [outputs = 1, inputs = 1, height = 1, width = 1] = shape;
    const moved = append('Transpose', 13, value, { perm: [0, 2, 3, 1] }, { shape: [outputs, height, width, inputs] });
    return { entry, strides: [inputs * height * width, 1, width * inputs, inputs], value: moved };
  });
  return { graph: { ...graph, values, nodes }, stored };
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
