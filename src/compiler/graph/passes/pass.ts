import type { Graph } from '../graph.ts';
import { verifyGraph } from '../verify.ts';

/** One rewriting of the graph: pure, it returns another graph or, where nothing is to do, the same one. */
export interface Pass {
  /** For the manifest and for messages, kebab-case as the file. */
  readonly name: string;
  readonly run: (graph: Graph) => Graph;
}

/** Runs the passes in order and verifies the graph after each; `passes` names those that changed it. */
export function runPasses(graph: Graph, passes: readonly Pass[]): { readonly graph: Graph; readonly passes: readonly string[] } {
  const names: string[] = [];
  let current = graph;
  for (const pass of passes) {
    const next = pass.run(current);
    if (next === current) continue;
    verifyGraph(next, pass.name);
    names.push(pass.name);
    current = next;
  }
  return { graph: current, passes: names };
}
