import { normalizeAxis } from '../../dims.ts';
import { intsAttribute } from '../../operators/read.ts';
import { inverse, permute } from './permutation.ts';
import type { Rule } from './rule.ts';

/** Nodes with one number, or a begin and an end, for each axis. A constant list is written anew in the base's order. */

export const sliceRule: Rule = (node, state) => {
  const [input, startsInput, endsInput, axesInput, stepsInput] = node.inputs;
  const moved = state.moved(input);
  const starts = state.integers(startsInput);
  if (moved === undefined || starts === undefined || startsInput == null || endsInput == null) return undefined;
  const given = axesInput == null ? [...starts.keys()] : state.integers(axesInput);
  if (given === undefined) return undefined;
  const axes = given.map((axis) => moved.perm[normalizeAxis(axis, moved.perm.length, node.name)] as number);
  const inputs = [moved.base, state.plain(startsInput), state.plain(endsInput), state.builder.constant(axes)];
  if (stepsInput != null) inputs.push(state.plain(stepsInput));
  return state.rewriter.copy(node, inputs).map((base) => ({ kind: 'axes', base, perm: moved.perm }));
};

export const padRule: Rule = (node, state) => {
  const [input, padsInput, fill, axesInput] = node.inputs;
  const moved = state.moved(input);
  const pads = state.integers(padsInput);
  if (moved === undefined || pads === undefined || padsInput == null) return undefined;
  const { perm } = moved;
  const value = fill == null ? null : state.plain(fill);
  if (axesInput != null) {
    const axes = state.integers(axesInput)?.map((axis) => perm[normalizeAxis(axis, perm.length, node.name)] as number);
    if (axes === undefined) return undefined;
    const inputs = [moved.base, state.plain(padsInput), value, state.builder.constant(axes)];
    return state.rewriter.copy(node, inputs).map((base) => ({ kind: 'axes', base, perm }));
  }
  const order = inverse(perm);
  const begins = permute(pads.slice(0, perm.length), order);
  const ends = permute(pads.slice(perm.length), order);
  const inputs = [moved.base, state.builder.constant([...begins, ...ends])];
  return state.rewriter.copy(node, value === null ? inputs : [...inputs, value]).map((base) => ({ kind: 'axes', base, perm }));
};

export const resizeRule: Rule = (node, state) => {
  const [input, region, scales, sizes] = node.inputs;
  const moved = state.moved(input);
  if (moved === undefined || region != null) return undefined;
  const { perm } = moved;
  const named = intsAttribute(node.attributes, 'axes');
  if (named !== undefined) {
    const axes = named.map((axis) => perm[normalizeAxis(axis, perm.length, node.name)] as number);
    const inputs = [moved.base, null, ...[scales, sizes].map((list) => (list == null ? null : state.plain(list)))];
    const outputs = state.rewriter.copy(node, trimmed(inputs), { attributes: { ...node.attributes, axes } });
    return outputs.map((base) => ({ kind: 'axes', base, perm }));
  }
  const scaleNumbers = state.numbers(scales);
  const sizeNumbers = state.integers(sizes);
  if ((scales != null && scaleNumbers === undefined) || (sizes != null && sizeNumbers === undefined)) return undefined;
  const order = inverse(perm);
  const newScales = scaleNumbers === undefined ? null : state.builder.constant(permute(scaleNumbers, order), { dtype: 'float32' });
  const newSizes = sizeNumbers === undefined ? null : state.builder.constant(permute(sizeNumbers, order));
  const outputs = state.rewriter.copy(node, trimmed([moved.base, null, newScales, newSizes]));
  return outputs.map((base) => ({ kind: 'axes', base, perm }));
};

function trimmed<T>(inputs: readonly (T | null)[]): (T | null)[] {
  return inputs.slice(0, inputs.findLastIndex((input) => input !== null) + 1);
}

/** Expand, Tile: a list with one number for each axis. */
export const sizesRule: Rule = (node, state) => {
  const [input, list] = node.inputs;
  const moved = state.moved(input);
  const numbers = state.integers(list);
  if (moved === undefined || numbers?.length !== moved.perm.length) return undefined;
  const inputs = [moved.base, state.builder.constant(permute(numbers, inverse(moved.perm)))];
  return state.rewriter.copy(node, inputs).map((base) => ({ kind: 'axes', base, perm: moved.perm }));
};
