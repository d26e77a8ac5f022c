import type { ConstantExpressions } from './constant-expressions.ts';
import type { Graph, ValueId } from './graph.ts';
import { moduleWeight } from './module-weight.ts';

/**
 * The layout in which each parameter and buffer is kept by `state_dict` and by `model.onnx`: the constant that all its readers want,
 * if they want the same (a kernel's OIHW form, for a convolution). A weight that nobody reads, or that is read in several layouts,
 * has no entry and stays as it is.
 */
export function weightLayouts(graph: Graph, constants: ConstantExpressions): Map<ValueId, ValueId> {
  const layouts = new Map<ValueId, ValueId | 'several'>();
  const visit = (value: ValueId): void => {
    if (!constants.isConstant(value)) return;
    const weight = constants.weights(value)[0];
    if (weight === undefined) return;
    if (!constants.isLayoutOfOneWeight(value)) {
      // A computation over weights: done by the program, each weight in the layout that enters it.
      for (const input of constants.producer(value)?.inputs ?? []) if (input !== null) visit(input);
      return;
    }
    const seen = layouts.get(weight);
    if (seen === undefined) layouts.set(weight, value);
    else if (seen !== 'several' && constants.structure(seen) !== constants.structure(value)) layouts.set(weight, 'several');
  };
  for (const node of graph.nodes) {
    if (node.outputs.some((output) => constants.isConstant(output))) continue;
    node.inputs.forEach((input, index) => {
      const wanted = index === 1 ? (moduleWeight(node, constants) ?? input) : input;
      if (wanted !== null) visit(wanted);
    });
  }
  const agreed = new Map<ValueId, ValueId>();
  for (const [weight, layout] of layouts) if (layout !== 'several') agreed.set(weight, layout);
  return agreed;
}
