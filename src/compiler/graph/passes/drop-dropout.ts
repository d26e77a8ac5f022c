import type { Pass } from './pass.ts';
import { rewriteGraph } from './rewriter.ts';

/** Inference: a Dropout gives what it gets, so its readers and taps take its input. */
export const dropDropout: Pass = {
  name: 'drop-dropout',
  run(graph) {
    const drops = (op: string, outputs: number): boolean => op === 'Dropout' && outputs === 1;
    if (!graph.nodes.some((node) => drops(node.op, node.outputs.length))) return graph;
    return rewriteGraph(graph, (node, rewriter) => {
      const [input] = node.inputs;
      return drops(node.op, node.outputs.length) && input != null ? [rewriter.value(input)] : undefined;
    });
  },
};
