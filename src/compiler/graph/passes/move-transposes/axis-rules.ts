import { normalizeAxis } from '../../dims.ts';
import type { Node, ValueId } from '../../graph.ts';
import { intAttribute } from '../../operators/read.ts';
import type { FeatureSegment } from './feature-segment.ts';
import { type Flattening, follow } from './flattening.ts';
import type { LayoutState, Placement } from './layout-state.ts';
import { identityPermutation, isIdentity, type Permutation, samePermutation } from './permutation.ts';
import type { Rule } from './rule.ts';

/** Nodes that name axes by attribute or constant, and treat the others alike: the names are translated to the base's axes. */

function placed(values: readonly ValueId[], perm: Permutation): readonly Placement[] {
  return values.map((base) => ({ kind: 'axes', base, perm }));
}

/** Softmax, LogSoftmax, Split: one axis, the shape's order stays. */
export const axisAttributeRule: Rule = (node, state) => {
  const [input, ...rest] = node.inputs;
  const moved = state.moved(input);
  if (moved === undefined) return undefined;
  const axis = normalizeAxis(intAttribute(node.attributes, 'axis'), moved.perm.length, node.name);
  const attributes = { ...node.attributes, axis: moved.perm[axis] as number };
  const inputs = [moved.base, ...rest.map((other) => (other === null ? null : state.plain(other)))];
  return placed(state.rewriter.copy(node, inputs, { attributes }), moved.perm);
};

export const concatRule: Rule = (node, state) => {
  const inputs = node.inputs.filter((input) => input !== null);
  if (inputs.some((input) => state.placement(input).kind === 'features')) return sideBySide(node, inputs, state);
  const orders = inputs.map((input) => state.moved(input)?.perm).filter((perm) => perm !== undefined);
  const [first] = inputs;
  if (first === undefined || orders.length === 0) return undefined;
  const plain = identityPermutation(state.oldShape(first).length);
  const cost = (perm: Permutation): number => inputs.reduce((sum, input) => sum + state.costInOrder(input, perm), 0);
  const candidates = orders.filter((perm, index) => orders.findIndex((other) => samePermutation(other, perm)) === index);
  const best = candidates.reduce((low, perm) => (cost(perm) < cost(low) ? perm : low));
  const keepsPlain = state.policy.prefer === 'plain' ? cost(plain) <= cost(best) : cost(plain) < cost(best);
  if (isIdentity(best) || keepsPlain) return undefined;
  const axis = normalizeAxis(intAttribute(node.attributes, 'axis'), plain.length, node.name);
  const operands = inputs.map((input) => state.inOrder(input, best));
  return placed(state.rewriter.copy(node, operands, { attributes: { ...node.attributes, axis: best[axis] as number } }), best);
};

/** Features out of order beside others, in order or not: still known, part by part. */
function sideBySide(node: Node, inputs: readonly ValueId[], state: LayoutState): readonly Placement[] | undefined {
  if (normalizeAxis(intAttribute(node.attributes, 'axis'), 2, node.name) !== 1) return undefined;
  const bases: ValueId[] = [];
  const segments: FeatureSegment[] = [];
  const histories: Flattening[] = [];
  for (const input of inputs) {
    const placement = state.placement(input);
    if (placement.kind === 'features') {
      bases.push(placement.base);
      segments.push(...placement.segments);
      histories.push(placement.flattening);
      continue;
    }
    const size = state.oldShape(input)[1];
    if (typeof size !== 'number') return undefined;
    bases.push(state.plain(input));
    segments.push({ split: [size], order: [0] });
  }
  const flattening = follow(histories, node);
  return state.rewriter.copy(node, bases).map((base) => ({ kind: 'features', base, segments, flattening }));
}

/** The order of the axes that are left when some of the base's go. */
function remaining(perm: Permutation, gone: ReadonlySet<number>): Permutation {
  const left = perm.filter((axis) => !gone.has(axis));
  const sorted = [...left].sort((a, b) => a - b);
  return left.map((axis) => sorted.indexOf(axis));
}

export const reductionRule: Rule = (node, state) => {
  const [input, axesInput] = node.inputs;
  const moved = state.moved(input);
  if (moved === undefined) return undefined;
  const given = axesInput == null ? [] : state.integers(axesInput);
  if (given === undefined) return undefined;
  const { perm } = moved;
  const keepsAll = given.length === 0 && intAttribute(node.attributes, 'noop_with_empty_axes') === 1;
  const axes = given.map((axis) => perm[normalizeAxis(axis, perm.length, node.name)] as number).sort((a, b) => a - b);
  const [base] = state.rewriter.copy(node, axes.length === 0 ? [moved.base] : [moved.base, state.builder.constant(axes)]);
  if (base === undefined) return undefined;
  if (keepsAll || intAttribute(node.attributes, 'keepdims') === 1) return placed([base], perm);
  return placed([base], remaining(perm, new Set(axes.length === 0 ? perm : axes)));
};

/** ArgMax, ArgMin. */
export const argumentRule: Rule = (node, state) => {
  const moved = state.moved(node.inputs[0]);
  if (moved === undefined) return undefined;
  const { perm } = moved;
  const axis = perm[normalizeAxis(intAttribute(node.attributes, 'axis'), perm.length, node.name)] as number;
  const outputs = state.rewriter.copy(node, [moved.base], { attributes: { ...node.attributes, axis } });
  return placed(outputs, intAttribute(node.attributes, 'keepdims') === 1 ? perm : remaining(perm, new Set([axis])));
};

/** Over one axis by a scalar (which removes it) or a list of indices. */
export const gatherRule: Rule = (node, state) => {
  const [input, indices] = node.inputs;
  const moved = state.moved(input);
  if (moved === undefined || indices == null) return undefined;
  const indexRank = state.oldShape(indices).length;
  if (indexRank > 1) return undefined;
  const { perm } = moved;
  const axis = perm[normalizeAxis(intAttribute(node.attributes, 'axis'), perm.length, node.name)] as number;
  const outputs = state.rewriter.copy(node, [moved.base, state.plain(indices)], { attributes: { ...node.attributes, axis } });
  return placed(outputs, indexRank === 1 ? perm : remaining(perm, new Set([axis])));
};
