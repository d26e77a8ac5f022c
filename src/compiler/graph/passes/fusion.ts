import type { CallId, Graph, Node, ValueId } from '../graph.ts';
import { findUses, type Uses } from '../uses.ts';
import type { Rewriter } from './rewriter.ts';
import { rewriteGraph } from './rewriter.ts';

/** Several nodes that become one value: the last one stays in place, the others are swallowed. */
export interface Fusion {
  readonly swallowed: readonly Node[];
  readonly emit: (rewriter: Rewriter, options: FusedOptions) => ValueId;
}

/** For the node that gives the result: the calls of all, the name of the last node's value. */
interface FusedOptions {
  readonly calls: readonly CallId[];
  readonly outputNames: readonly string[];
}

/**
 * Replaces each match by what it emits. A match counts only where nobody outside reads a swallowed value, and where a tap on one
 * can be told which call absorbed it. Matches don't overlap; the later one wins.
 */
export function fuseNodes(graph: Graph, match: (node: Node, uses: Uses) => Fusion | undefined): Graph {
  const uses = findUses(graph);
  const swallowed = new Set<Node>();
  const fusions = new Map<Node, Fusion>();
  for (const node of [...graph.nodes].reverse()) {
    if (swallowed.has(node)) continue;
    const fusion = match(node, uses);
    if (fusion === undefined || !mayFuse(node, fusion, uses) || fusion.swallowed.some((inner) => swallowed.has(inner))) continue;
    fusions.set(node, fusion);
    for (const inner of fusion.swallowed) swallowed.add(inner);
  }
  if (fusions.size === 0) return graph;
  return rewriteGraph(graph, (node, rewriter) => {
    if (swallowed.has(node)) return [];
    const fusion = fusions.get(node);
    if (fusion === undefined) return undefined;
    const absorbedBy = absorber(node, uses);
    for (const inner of fusion.swallowed) {
      for (const output of inner.outputs) {
        for (const call of uses.taps(output)) if (absorbedBy !== undefined) rewriter.redirectTap(call, { absorbedBy });
      }
    }
    const nodes = [...fusion.swallowed, node];
    const calls = [...new Set(nodes.flatMap((inner) => inner.calls))];
    return [fusion.emit(rewriter, { calls, outputNames: [rewriter.oldValue(node.outputs[0] as ValueId).name] })];
  });
}

function mayFuse(node: Node, { swallowed }: Fusion, uses: Uses): boolean {
  if (node.outputs.length !== 1) return false;
  const inside = new Set([...swallowed, node]);
  const outputs = swallowed.flatMap((inner) => inner.outputs);
  const isPrivate = outputs.every((output) => !uses.isOutput(output) && uses.consumers(output).every((reader) => inside.has(reader)));
  return isPrivate && (absorber(node, uses) !== undefined || outputs.every((output) => uses.taps(output).length === 0));
}

/** The call whose value the fused node gives. */
function absorber(node: Node, uses: Uses): CallId | undefined {
  return uses.taps(node.outputs[0] as ValueId)[0];
}
