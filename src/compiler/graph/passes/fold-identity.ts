import { quotientDim, sameShape } from '../dims.ts';
import { isConstant } from '../evaluate.ts';
import type { Graph, Node, Shape, ValueId } from '../graph.ts';
import { intsAttribute } from '../operators/read.ts';
import { findUses } from '../uses.ts';
import { eliminateDeadNodes } from './eliminate-dead-nodes.ts';
import type { Pass } from './pass.ts';
import { type Rewriter, rewriteGraph } from './rewriter.ts';

const RESHAPES = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/**
 * Drops what changes nothing: Identity, a Transpose that keeps the order, a Reshape to the same sizes; of Reshapes in a row that
 * nobody else reads, the last one stays.
 */
export const foldIdentity: Pass = {
  name: 'fold-identity',
  run(graph) {
    const uses = findUses(graph);
    const isReshape = (node: Node | undefined): boolean =>
      node !== undefined && RESHAPES.has(node.op) && !node.outputs.some((output) => isConstant(graph, output));
    /** Read by one node and by nobody outside, so that it may go. */
    const isPrivate = (value: ValueId): boolean => uses.consumers(value).length === 1 && !uses.isOutput(value) && uses.taps(value).length === 0;
    const continues = (node: Node): boolean => {
      const [input] = node.inputs;
      return input != null && isReshape(node) && isReshape(uses.producers.get(input)) && isPrivate(input);
    };
    if (!graph.nodes.some((node) => changesNothing(graph, node) || continues(node))) return graph;
    /** By a Reshape's new value: what the first of its row is made of. */
    const starts = new Map<ValueId, ValueId>();
    const reshapeFrom = (node: Node, from: ValueId, rewriter: Rewriter): ValueId | undefined => {
      const target = rewriter.oldValue(node.outputs[0] as ValueId).shape;
      if (sameShape(rewriter.builder.shape(from), target)) return from;
      const sizes = reshapeTarget(rewriter.builder.shape(from), target);
      if (sizes === undefined) return undefined;
      return rewriter.copy(node, [from, rewriter.builder.constant(sizes)], { op: 'Reshape', attributes: {} })[0];
    };
    const folded = rewriteGraph(graph, (node, rewriter) => {
      const [input] = node.inputs;
      if (input == null) return undefined;
      if (changesNothing(graph, node)) return [rewriter.value(input)];
      if (!isReshape(node)) return undefined;
      const start = continues(node) ? starts.get(rewriter.value(input)) : undefined;
      const value = (start === undefined ? undefined : reshapeFrom(node, start, rewriter)) ?? rewriter.copy(node)[0];
      if (value !== undefined) starts.set(value, start ?? rewriter.value(input));
      return value === undefined ? undefined : [value];
    });
    return eliminateDeadNodes.run(folded);
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
