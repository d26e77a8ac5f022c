import { isFloat } from '../../../core/dtypes.ts';
import { ConstantExpressions } from '../../graph/constant-expressions.ts';
import { isConstant } from '../../graph/evaluate.ts';
import type { Graph, Node, ValueId } from '../../graph/graph.ts';
import { weightLayouts } from '../../graph/weight-layouts.ts';

/** What of a graph's constants becomes initializers, and which nodes stay. */
export interface StoredConstants {
  /** Parameters and buffers in graph order, then constants in the order they are met. */
  readonly initializers: readonly StoredConstant[];
  /** Position in `initializers` of every constant that a kept node, an output or a tap reads. */
  readonly initializerOf: ReadonlyMap<ValueId, number>;
  /** In graph order: all nodes but those whose results are stored. */
  readonly nodes: readonly Node[];
}

interface StoredConstant {
  /** What is evaluated and stored. */
  readonly value: ValueId;
  /** The parameter or buffer in it, or our own constant; undefined for a computation over constants of ours. */
  readonly weight: ValueId | undefined;
}

/**
 * A weight stands in the graph in the framework's layout, with layout nodes over it. Where all its readers agree on a layout, that is
 * stored under the weight's name and the nodes go; a weight that is read in several layouts, or by nobody, is stored as it is and its
 * nodes stay: so gradients, sharing and `state_dict` are those of the graph. Constants of ours are stored where they are read.
 */
export function storeConstants(graph: Graph): StoredConstants {
  const constants = new ConstantExpressions(graph);
  const layouts = weightLayouts(graph, constants);
  for (;;) {
    const attempt = new Attempt(graph, constants, layouts);
    const conflict = attempt.run();
    if (conflict === undefined) return attempt;
    // An output or a tap is the weight itself, not in the layout that the nodes agree on: it stays as it is.
    layouts.delete(conflict);
  }
}

class Attempt implements StoredConstants {
  readonly initializers: StoredConstant[] = [];
  readonly initializerOf = new Map<ValueId, number>();
  nodes: readonly Node[] = [];
  readonly #graph: Graph;
  readonly #constants: ConstantExpressions;
  readonly #layouts: ReadonlyMap<ValueId, ValueId>;
  /** Position in `initializers` by structure: two expressions built the same way are one. */
  readonly #byStructure = new Map<number, number>();
  readonly #keptNodes = new Set<Node>();
  readonly #met = new Set<ValueId>();

  constructor(graph: Graph, constants: ConstantExpressions, layouts: ReadonlyMap<ValueId, ValueId>) {
    this.#graph = graph;
    this.#constants = constants;
    this.#layouts = layouts;
  }

  /** The weight that is needed in another layout than the one it is stored in; undefined where all went well. */
  run(): ValueId | undefined {
    const graph = this.#graph;
    for (const [weight, { kind }] of graph.weights) {
      if (kind !== 'constant') this.#store(this.#layouts.get(weight) ?? weight, weight);
    }
    for (const node of graph.nodes) {
      if (node.outputs.some((output) => this.#constants.isConstant(output))) continue;
      const conflict = this.#keep(node);
      if (conflict !== undefined) return conflict;
    }
    const taps = graph.calls.flatMap(({ tap }) => ('value' in tap ? [tap.value] : []));
    for (const value of [...graph.outputs.map((port) => port.value), ...taps]) {
      const conflict = this.#need(value);
      if (conflict !== undefined) return conflict;
    }
    this.nodes = graph.nodes.filter((node) => this.#keptNodes.has(node));
    return undefined;
  }

  #keep(node: Node): ValueId | undefined {
    this.#keptNodes.add(node);
    for (const input of node.inputs) {
      const conflict = input === null ? undefined : this.#need(input);
      if (conflict !== undefined) return conflict;
    }
    return undefined;
  }

  #need(value: ValueId): ValueId | undefined {
    if (!this.#constants.isConstant(value) || this.#met.has(value)) return undefined;
    this.#met.add(value);
    const stored = this.#byStructure.get(this.#constants.structure(value));
    if (stored !== undefined) {
      this.initializerOf.set(value, stored);
      return undefined;
    }
    const weight = this.#graph.weights.has(value) ? value : undefined;
    if (this.#constants.weights(value).length === 0 && (weight !== undefined || this.#canStore(value))) {
      this.#store(value, weight);
      return undefined;
    }
    const producer = this.#constants.producer(value);
    return producer === undefined ? value : this.#keep(producer);
  }

  /** A computation over constants of ours. One of integers stays: shape inference, which reads constants but computes none, must come to the same. */
  #canStore(value: ValueId): boolean {
    const dtype = this.#graph.values.get(value)?.dtype;
    return dtype !== undefined && isFloat(dtype) && isConstant(this.#graph, value);
  }

  #store(value: ValueId, weight: ValueId | undefined): void {
    const position = this.initializers.push({ value, weight }) - 1;
    this.#byStructure.set(this.#constants.structure(value), position);
    this.initializerOf.set(value, position);
  }
}
