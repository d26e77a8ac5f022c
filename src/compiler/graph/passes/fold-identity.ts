import { quotientDim, sameShape } from '../dims.ts';
import { isConstant } from '../evaluate.ts';
import type { Graph, Node, Shape, ValueId } from '../graph.ts';
import { intsAttribute } from '../operators/read.ts';
import { findUses } from '../uses.ts';
import type { Pass } from './pass.ts';
import { rewriteGraph } from './rewriter.ts';

const RESHAPES = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/**
 * Drops what changes nothing: Identity, a Transpose that keeps the order, a Reshape to the same sizes; of two Reshapes in a row
 * where nobody else reads the first, one stays.
 */
export const foldIdentity: Pass = {
  name: 'fold-identity',
  run(graph) {
    const uses = findUses(graph);
    const inner = (node: Node): ValueId | undefined => {
      const [input] = node.inputs;
      const producer = input === null || input === undefined ? undefined : uses.producers.get(input);
      if (input == null || producer === undefined || !RESHAPES.has(node.op) || !RESHAPES.has(producer.op)) return undefined;
      const isPrivate = uses.consumers(input).length === 1 && !uses.isOutput(input) && uses.taps(input).length === 0;
      return isPrivate && !isConstant(graph, input) ? (producer.inputs[0] ?? undefined) : undefined;
    };
    if (!graph.nodes.some((node) => changesNothing(graph, node) || inner(node) !== undefined)) return graph;
    return rewriteGraph(graph, (node, rewriter) => {
      const [input] = node.inputs;
      if (changesNothing(graph, node) && input != null) return [rewriter.value(input)];
      const source = inner(node);
      if (source === undefined) return undefined;
      const from = rewriter.value(source);
      const target = graph.values.get(node.outputs[0] as ValueId)?.shape ?? [];
      if (sameShape(rewriter.builder.shape(from), target)) return [from];
      const sizes = reshapeTarget(rewriter.builder.shape(from), target);
      if (sizes === undefined) return undefined;
      return rewriter.copy(node, [from, rewriter.builder.constant(sizes)], { op: 'Reshape', attributes: {} });
    });
  },
};

function changesNothing(graph: Graph, node: Node): boolean {
  const [input] = node.inputs;
  const [output] = node.outputs;
  if (input == null || output === undefined) return false;
  if (node.op === 'Identity') return !graph.weights.has(input);
  if (node.op === 'Transpose') return (intsAttribute(node.attributes, 'perm') ?? []).every((axis, index) => axis === index);
  if (!RESHAPES.has(node.op)) return false;
  return sameShape(graph.values.get(input)?.shape ?? ['?'], graph.values.get(output)?.shape ?? []);
}

/**
 * The constant that Reshape needs to go from one shape to another: sizes, 0 where a free size stays on its axis, one -1 for a free
 * size that moves. Undefined where two free sizes move.
 */
export function reshapeTarget(from: Shape, to: Shape): readonly number[] | undefined {
  const target = to.map((dim, axis) => (typeof dim === 'number' ? dim : from[axis] === dim ? 0 : -1));
  const [free, ...more] = [...target.keys()].filter((axis) => target[axis] === -1);
  if (more.length > 0 || target.some((size, axis) => size === 0 && to[axis] === 0)) return undefined;
  if (free === undefined) return target;
  const rest = quotientDim(
    from,
    to.filter((_, axis) => axis !== free),
  );
  return rest === to[free] ? target : undefined;
}
