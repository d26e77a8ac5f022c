import type { Graph, Node } from '../graph.ts';
import type { Uses } from '../uses.ts';
import { type Fusion, fuseNodes } from './fusion.ts';
import type { Pass } from './pass.ts';
import { scalarOf, scalarOperation } from './scalar-operand.ts';

/**
 * relu6(x + 3) / 6, as MobileNetV3 writes it in four layers, is HardSigmoid with alpha 1/6 and beta 1/2: the same value and the same
 * gradient (1/6 between −3 and 3).
 */
export const fuseHardSigmoid: Pass = {
  name: 'fuse-hard-sigmoid',
  run: (graph) => fuseNodes(graph, (node, uses) => match(graph, node, uses)),
};

function match(graph: Graph, node: Node, uses: Uses): Fusion | undefined {
  const sixth = scalarOperation(graph, node, 'Mul') ?? divided(graph, node);
  // 1/6 comes rounded to float32.
  if (sixth === undefined || Math.abs(sixth.scalar * 6 - 1) > 1e-6) return undefined;
  const clip = uses.producers.get(sixth.operand);
  const [clipped, low, high] = clip?.inputs ?? [];
  if (clip?.op !== 'Clip' || clipped == null || scalarOf(graph, low) !== 0 || scalarOf(graph, high) !== 6) return undefined;
  const add = uses.producers.get(clipped);
  const shifted = scalarOperation(graph, add, 'Add');
  if (add === undefined || shifted?.scalar !== 3) return undefined;
  // The scalars may have more axes than x; then the sum isn't of x's shape.
  if (graph.values.get(shifted.operand)?.shape.length !== graph.values.get(node.outputs[0] as never)?.shape.length) return undefined;
  return {
    swallowed: [add, clip],
    emit: (rewriter, options) =>
      rewriter.builder.node('HardSigmoid', [rewriter.value(shifted.operand)], {
        ...options,
        name: node.name,
        attributes: { alpha: 1 / 6, beta: 0.5 },
      }),
  };
}

function divided(graph: Graph, node: Node) {
  const division = scalarOperation(graph, node, 'Div', 'second');
  return division === undefined ? undefined : { operand: division.operand, scalar: 1 / division.scalar };
}
