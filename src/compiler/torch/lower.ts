import type { Graph } from '../graph/graph.ts';
import { GraphLowering, type LowerOptions } from './graph-lowering.ts';
import type { Program } from './program.ts';
import { float32Outputs } from './program-passes/float32-outputs.ts';
import { fuseLinearBias } from './program-passes/fuse-linear-bias.ts';
import { fuseSilu } from './program-passes/fuse-silu.ts';
import { removeDeadStatements } from './program-passes/remove-dead-statements.ts';

export type { LowerOptions } from './graph-lowering.ts';

/**
 * The graph as aten calls. Float outputs come back as float32, under autocast too.
 *
 * @throws TorchliftError `unsupported`, with all operators that have no lowering or use an option torch lacks.
 */
export function lowerGraph(graph: Graph, options: LowerOptions): Program {
  return [removeDeadStatements, fuseLinearBias, fuseSilu, float32Outputs].reduce(
    (program, pass) => pass(program),
    new GraphLowering(graph, options).program(),
  );
}
