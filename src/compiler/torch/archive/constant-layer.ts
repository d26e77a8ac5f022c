import type { DType } from '../../../core/dtypes.ts';
import { invariant } from '../../../core/errors.ts';
import { memoryTensor } from '../../graph/builder.ts';
import type { Graph, Node, Value, ValueId, Weight } from '../../graph/graph.ts';
import { ONNX_DTYPE_CODES } from '../../graph/onnx-dtypes.ts';

/** Nodes over a graph's constants, added behind it. What changes nothing adds none. */
export class ConstantLayer {
  readonly #graph: Graph;
  readonly #values: Map<ValueId, Value>;
  readonly #weights: Map<ValueId, Weight>;
  readonly #nodes: Node[];
  #next: number;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#values = new Map(graph.values);
    this.#weights = new Map(graph.weights);
    this.#nodes = [...graph.nodes];
    this.#next = [...graph.values.keys()].reduce((highest, id) => Math.max(highest, id), -1) + 1;
  }

  cast(input: ValueId, dtype: DType): ValueId {
    if (this.#value(input).dtype === dtype) return input;
    return this.#node('Cast', 19, [input], { to: ONNX_DTYPE_CODES[dtype], saturate: 1 }, { dtype });
  }

  transpose(input: ValueId, perm: readonly number[]): ValueId {
    const { shape } = this.#value(input);
    return this.#node('Transpose', 13, [input], { perm }, { shape: perm.map((axis) => shape[axis] as number) });
  }

  /** Zeros in front of each axis, up to `shape`. */
  growInFront(input: ValueId, shape: readonly number[]): ValueId {
    const begins = shape.map((size, axis) => size - (this.#value(input).shape[axis] as number));
    if (begins.every((begin) => begin === 0)) return input;
    const pads = [...begins, ...begins.map(() => 0)];
    const source = memoryTensor(pads, 'int64', [pads.length], 'pads');
    const value = this.#add({ name: 'pads', dtype: 'int64', shape: source.shape });
    this.#weights.set(value, { value, source, kind: 'constant', trainable: false, owner: [], role: 'constant' });
    return this.#node('Pad', 19, [input, value], { mode: 'constant' }, { shape });
  }

  build(): Graph {
    return { ...this.#graph, values: this.#values, weights: this.#weights, nodes: this.#nodes };
  }

  #node(op: string, since: number, inputs: readonly [ValueId, ...ValueId[]], attributes: Node['attributes'], change: Partial<Value>): ValueId {
    const { name, dtype, shape } = this.#value(inputs[0]);
    const output = this.#add({ name, dtype, shape, ...change });
    this.#nodes.push({ op, domain: '', since, name, inputs, outputs: [output], attributes, calls: [] });
    return output;
  }

  #add(value: Omit<Value, 'id'>): ValueId {
    const id = this.#next++ as ValueId;
    this.#values.set(id, { ...value, id });
    return id;
  }

  #value(id: ValueId): Value {
    const value = this.#values.get(id);
    invariant(value !== undefined, `no value ${id}`);
    return value;
  }
}
