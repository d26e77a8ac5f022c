import type { Graph } from '../graph.ts';
import { dropDropout } from './drop-dropout.ts';
import { eliminateDeadNodes } from './eliminate-dead-nodes.ts';
import { foldBatchNormalization } from './fold-batch-normalization.ts';
import { foldIdentity } from './fold-identity.ts';
import { type Pass, runPasses } from './pass.ts';

/** What follows the train passes where a graph will only run: nothing that trains is left apart. */
export const inferencePasses: readonly Pass[] = [dropDropout, foldBatchNormalization, foldIdentity, eliminateDeadNodes];

export function optimiseForInference(graph: Graph): Graph {
  return runPasses(graph, inferencePasses).graph;
}
