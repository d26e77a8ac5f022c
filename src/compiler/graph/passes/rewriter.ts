import { GraphBuilder } from '../builder.ts';
import type { Call, CallId, Graph, Node, Tap, ValueId } from '../graph.ts';
import { legal } from '../legal.ts';

/** Gives a node's new outputs in the new graph; undefined copies the node as it is. */
export type Visitor = (node: Node, rewriter: Rewriter) => readonly ValueId[] | undefined;

/**
 * The one way passes change a graph: it is built anew, node by node, and each old value is mapped to a new one. Inputs, weights
 * and calls come over first, outputs and taps follow the map at the end; a visitor only says what differs.
 */
export class Rewriter {
  readonly graph: Graph;
  readonly builder: GraphBuilder;
  readonly #map = new Map<ValueId, ValueId>();
  readonly #taps = new Map<CallId, Tap>();

  constructor(graph: Graph) {
    this.graph = graph;
    this.builder = new GraphBuilder(graph.model);
    for (const { name, value } of graph.inputs) {
      const { dtype, shape } = this.oldValue(value);
      this.set(value, this.builder.input(name, dtype, shape));
    }
    for (const [id, { value: _, ...weight }] of graph.weights) this.set(id, this.builder.weight(weight, this.oldValue(id).name));
    for (const { id: _, tap: __, ...call } of graph.calls) this.builder.call(call);
  }

  /** The new value of an old one that was visited already. */
  value(old: ValueId): ValueId {
    const value = this.#map.get(old);
    legal(value !== undefined, () => `value ${old} has no place in the new graph yet`);
    return value;
  }

  set(old: ValueId, value: ValueId): void {
    this.#map.set(old, value);
  }

  inputs(node: Node): (ValueId | null)[] {
    return node.inputs.map((input) => (input === null ? null : this.value(input)));
  }

  /** The node again, over the given inputs (its own, mapped, where omitted), with `changes` over its attributes, name and calls. */
  copy(
    node: Node,
    inputs: readonly (ValueId | null)[] = this.inputs(node),
    changes: Partial<Pick<Node, 'attributes' | 'calls' | 'op'>> = {},
  ): readonly ValueId[] {
    return this.builder.nodes(changes.op ?? node.op, inputs, {
      name: node.name,
      calls: changes.calls ?? node.calls,
      attributes: changes.attributes ?? node.attributes,
      outputCount: node.outputs.length,
      outputNames: node.outputs.map((output) => this.oldValue(output).name),
    });
  }

  /** Says where a call's value is found in the new graph, where that isn't what its old tap's value became. */
  redirectTap(call: CallId, tap: Tap): void {
    this.#taps.set(call, tap);
  }

  /** Visits the nodes in order and finishes. */
  rewrite(visit: Visitor): Graph {
    for (const node of this.graph.nodes) {
      const outputs = visit(node, this) ?? this.copy(node);
      node.outputs.forEach((old, index) => {
        const value = outputs[index];
        if (value !== undefined) this.set(old, value);
      });
    }
    return this.finish();
  }

  /** Outputs and taps by the map, and the new graph. */
  finish(): Graph {
    for (const { name, value } of this.graph.outputs) this.builder.output(name, this.value(value));
    for (const call of this.graph.calls) this.builder.tap(call.id, this.#tap(call));
    return this.builder.build();
  }

  #tap({ id, tap }: Call): Tap {
    const redirected = this.#taps.get(id);
    if (redirected !== undefined) return redirected;
    return 'absorbedBy' in tap ? tap : { value: this.value(tap.value), toSource: tap.toSource };
  }

  oldValue(id: ValueId) {
    const value = this.graph.values.get(id);
    legal(value !== undefined, () => `no value ${id}`);
    return value;
  }
}

export function rewriteGraph(graph: Graph, visit: Visitor): Graph {
  return new Rewriter(graph).rewrite(visit);
}
