import type { Node } from '../graph.ts';
import type { Uses } from '../uses.ts';
import { type Fusion, fuseNodes } from './fusion.ts';
import type { Pass } from './pass.ts';

/** x · hardSigmoid(x) with alpha 1/6 and beta 1/2 is HardSwish. Runs after `fuse-hard-sigmoid`. */
export const fuseHardSwish: Pass = {
  name: 'fuse-hard-swish',
  run: (graph) => fuseNodes(graph, match),
};

function match(node: Node, uses: Uses): Fusion | undefined {
  const [left, right] = node.inputs;
  if (node.op !== 'Mul' || left == null || right == null) return undefined;
  for (const [x, gate] of [
    [left, right],
    [right, left],
  ] as const) {
    const sigmoid = uses.producers.get(gate);
    if (sigmoid?.op !== 'HardSigmoid' || sigmoid.inputs[0] !== x || sigmoid.attributes.beta !== 0.5) continue;
    if (Math.abs((sigmoid.attributes.alpha as number) * 6 - 1) > 1e-6) continue;
    return {
      swallowed: [sigmoid],
      emit: (rewriter, options) => rewriter.builder.node('HardSwish', [rewriter.value(x)], { ...options, name: node.name }),
    };
  }
  return undefined;
}
