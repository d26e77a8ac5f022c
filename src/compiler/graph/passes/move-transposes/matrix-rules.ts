import { normalizeAxis } from '../../dims.ts';
import type { Node, ValueId } from '../../graph.ts';
import { intAttribute, stringAttribute } from '../../operators/read.ts';
import type { FeaturesPlacement } from './layout-state.ts';
import { identityPermutation, inverse, permute } from './permutation.ts';
import type { Rule } from './rule.ts';

/** The call of this node takes in the order of the features that it reads. */
function absorb({ flattening }: FeaturesPlacement, node: Node): void {
  flattening.absorber ??= node.calls[0];
}

/** x·B of [N, F] features out of order: the constant kernel's rows are reordered instead. */
export const gemmRule: Rule = (node, state) => {
  const [input, kernel, bias] = node.inputs;
  if (input == null || kernel == null || intAttribute(node.attributes, 'transA') === 1) return undefined;
  const features = state.placement(input);
  if (features.kind !== 'features' || !state.isConstant(kernel)) return undefined;
  const axis = intAttribute(node.attributes, 'transB') === 1 ? 1 : 0;
  const inputs = [features.base, state.reorderedConstant(state.plain(kernel), axis, features)];
  if (bias != null) inputs.push(state.plain(bias));
  absorb(features, node);
  return state.rewriter.copy(node, inputs).map((base) => ({ kind: 'axes', base, perm: [0, 1] }));
};

/** The same for MatMul; and over the last axis of a tensor whose last axis is the base's last too. */
export const matmulRule: Rule = (node, state) => {
  const [input, kernel] = node.inputs;
  if (input == null || kernel == null) return undefined;
  const placement = state.placement(input);
  const kernelRank = state.oldShape(kernel).length;
  if (placement.kind === 'features') {
    if (!state.isConstant(kernel) || kernelRank !== 2) return undefined;
    // Reordered as [out, in] and transposed last, the form in which torch's linear keeps it.
    const rows = state.transposed(state.reorderedConstant(state.transposedConstant(kernel), 1, placement), [1, 0]);
    absorb(placement, node);
    return state.rewriter.copy(node, [placement.base, rows]).map((base) => ({ kind: 'axes', base, perm: [0, 1] }));
  }
  const { base, perm } = placement;
  const last = perm.length - 1;
  if (perm[last] !== last || kernelRank !== 2) return undefined;
  return state.rewriter.copy(node, [base, state.plain(kernel)]).map((value) => ({ kind: 'axes', base: value, perm }));
};

/** Over the last axes: they must be the base's last, in the same order. */
export const layerNormalizationRule: Rule = (node, state) => {
  const [input, ...rest] = node.inputs;
  const moved = state.moved(input);
  if (moved === undefined || node.outputs.length > 1) return undefined;
  const axis = normalizeAxis(intAttribute(node.attributes, 'axis'), moved.perm.length, node.name);
  if (!moved.perm.every((at, index) => index < axis || at === index)) return undefined;
  const inputs = [moved.base, ...rest.map((other) => (other === null ? null : state.plain(other)))];
  return state.rewriter.copy(node, inputs).map((base) => ({ kind: 'axes', base, perm: moved.perm }));
};

/** Channels stand on axis 1 of the base already, or are features whose parameters are reordered with them. */
export const batchNormalizationRule: Rule = (node, state) => {
  const [input, ...parameters] = node.inputs;
  if (input == null || node.outputs.length > 1) return undefined;
  const placement = state.placement(input);
  if (placement.kind === 'features') {
    const reordered = parameters.map((parameter) => {
      if (parameter === null || !state.isConstant(parameter)) return undefined;
      return state.reorderedConstant(state.plain(parameter), 0, placement);
    });
    if (reordered.some((parameter) => parameter === undefined)) return undefined;
    return state.derived(placement, state.rewriter.copy(node, [placement.base, ...(reordered as ValueId[])]), node);
  }
  if (placement.perm[0] !== 0 || placement.perm[1] !== 1) return undefined;
  const inputs = [placement.base, ...parameters.map((parameter) => (parameter === null ? null : state.plain(parameter)))];
  return state.rewriter.copy(node, inputs).map((base) => ({ ...placement, base }));
};

/** The subscripts say which axis is which: an operand's letters are put in its base's order. */
export const einsumRule: Rule = (node, state) => {
  const [terms, result] = stringAttribute(node.attributes, 'equation').replaceAll(' ', '').split('->');
  const operands: ValueId[] = [];
  const letters = terms?.split(',') ?? [];
  const reordered: string[] = [];
  for (const [index, input] of node.inputs.entries()) {
    const term = letters[index];
    if (input === null || term === undefined) return undefined;
    const placement = state.placement(input);
    if (placement.kind === 'features') return undefined;
    operands.push(placement.base);
    reordered.push(permute([...term], inverse(placement.perm)).join(''));
  }
  const equation = `${reordered.join(',')}->${result}`;
  const outputs = state.rewriter.copy(node, operands, { attributes: { equation } });
  return outputs.map((base) => ({ kind: 'axes', base, perm: identityPermutation(result?.length ?? 0) }));
};
