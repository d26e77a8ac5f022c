import type { Rule } from './rule.ts';

/** Each element by itself: the first operand's order goes through, whatever it is. Other operands are scalars. */
export const elementwiseRule: Rule = (node, state) => {
  const [first, ...rest] = node.inputs;
  if (first === null || first === undefined) return undefined;
  const placement = state.placement(first);
  const inputs = [placement.base, ...rest.map((input) => (input === null ? null : state.plain(input)))];
  return state.derived(placement, state.rewriter.copy(node, inputs), node);
};
