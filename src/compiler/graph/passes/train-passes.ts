import type { Graph } from '../graph.ts';
import { eliminateDeadNodes } from './eliminate-dead-nodes.ts';
import { foldIdentity } from './fold-identity.ts';
import { fuseHardSigmoid } from './fuse-hard-sigmoid.ts';
import { fuseHardSwish } from './fuse-hard-swish.ts';
import { moveTransposes } from './move-transposes.ts';
import { type Pass, runPasses } from './pass.ts';

/** What every graph goes through before it is saved or lowered; it still trains afterwards. */
export const trainPasses: readonly Pass[] = [
  eliminateDeadNodes,
  foldIdentity,
  moveTransposes,
  foldIdentity,
  fuseHardSigmoid,
  fuseHardSwish,
  eliminateDeadNodes,
];

export function optimiseForTraining(graph: Graph): Graph {
  return runPasses(graph, trainPasses).graph;
}
