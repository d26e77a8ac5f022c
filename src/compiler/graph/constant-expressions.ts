import { invariant } from '../../core/errors.ts';
import type { Graph, Node, Shape, ValueId } from './graph.ts';
import { readIntegers } from './integers.ts';

/** Operators that only move elements: each element of the result is one of the input's, and none is lost. */
const LAYOUT_OPERATORS = new Set(['Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

/**
 * What of a graph is known before an input comes: weights, and nodes over weights only.
 * Nothing is evaluated here; two expressions are the same when they are built the same way over the same weights.
 */
export class ConstantExpressions {
  readonly #graph: Graph;
  readonly #producers = new Map<ValueId, Node>();
  readonly #constants: Set<ValueId>;
  readonly #structures = new Map<ValueId, number>();
  readonly #structureIds = new Map<string, number>();
  readonly #weights = new Map<ValueId, readonly ValueId[]>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#constants = new Set(graph.weights.keys());
    for (const node of graph.nodes) {
      const isConstant = node.inputs.every((input) => input === null || this.#constants.has(input));
      for (const output of node.outputs) {
        this.#producers.set(output, node);
        if (isConstant) this.#constants.add(output);
      }
    }
  }

  isConstant(value: ValueId): boolean {
    return this.#constants.has(value);
  }

  producer(value: ValueId): Node | undefined {
    return this.#producers.get(value);
  }

  shape(value: ValueId): Shape {
    return this.#graph.values.get(value)?.shape ?? [];
  }

  /** The parameters and buffers that a constant is made of, in the order they are met; empty where only our own constants are in it. */
  weights(value: ValueId): readonly ValueId[] {
    const known = this.#weights.get(value);
    if (known !== undefined) return known;
    const weight = this.#graph.weights.get(value);
    const found = new Set<ValueId>();
    if (weight !== undefined && weight.kind !== 'constant') found.add(value);
    for (const input of this.producer(value)?.inputs ?? []) {
      if (input !== null) for (const inner of this.weights(input)) found.add(inner);
    }
    const list = [...found];
    this.#weights.set(value, list);
    return list;
  }

  /** Whether the constant is one parameter or buffer, its elements moved. */
  isLayoutOfOneWeight(value: ValueId): boolean {
    const weight = this.#graph.weights.get(value);
    if (weight !== undefined) return weight.kind !== 'constant';
    const node = this.producer(value);
    const [first, ...rest] = node?.inputs ?? [];
    if (node === undefined || first === null || first === undefined) return false;
    if (!LAYOUT_OPERATORS.has(node.op) && !this.#isReordering(node)) return false;
    return this.isLayoutOfOneWeight(first) && rest.every((input) => input === null || this.weights(input).length === 0);
  }

  /** A Gather that takes every index of its axis once. */
  #isReordering({ op, inputs, attributes }: Node): boolean {
    const [data, indices] = inputs;
    if (op !== 'Gather' || data == null || indices == null) return false;
    const weight = this.#graph.weights.get(indices);
    const order = weight?.kind === 'constant' && weight.source.shape.length === 1 ? readIntegers(weight.source) : undefined;
    const size = this.#graph.values.get(data)?.shape.at(attributes.axis as number);
    return order?.length === size && new Set(order).size === size && order?.every((index) => index >= 0 && index < Number(size)) === true;
  }

  /** The same number for constants built the same way. */
  structure(value: ValueId): number {
    const known = this.#structures.get(value);
    if (known !== undefined) return known;
    const node = this.producer(value);
    const text = node === undefined ? this.#leaf(value) : this.#inner(node, value);
    const id = this.#structureIds.get(text) ?? this.#structureIds.size;
    this.#structureIds.set(text, id);
    this.#structures.set(value, id);
    return id;
  }

  #leaf(value: ValueId): string {
    const weight = this.#graph.weights.get(value);
    invariant(weight !== undefined, `value ${value} is no constant`);
    const { source, kind } = weight;
    // Our own small constants (shapes, scalars) are made anew for each call of a layer: the same when they hold the same.
    const bytes = kind === 'constant' && source.shape.reduce((product, size) => product * size, 1) <= 64 ? source.read() : undefined;
    return bytes === undefined ? `weight ${value}` : `${source.dtype} [${source.shape}] ${Buffer.from(bytes).toString('hex')}`;
  }

  #inner(node: Node, value: ValueId): string {
    const inputs = node.inputs.map((input) => (input === null ? 'null' : this.structure(input)));
    const attributes = Object.entries(node.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify([node.domain, node.op, node.since, inputs, attributes, node.outputs.indexOf(value)]);
  }
}
