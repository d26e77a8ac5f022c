import type { ValueId } from '../../graph/graph.ts';
import { defineLayer } from '../layer.ts';
import { constantLike, type Emitter, refuseArguments, unsqueeze } from './nodes.ts';

/** Several tensors of one rank: those of a lower one get axes of size 1 after the batch (keras/layers/merging/base_merge.py). */
function mergeInputs(context: Emitter): readonly ValueId[] {
  refuseArguments(context);
  if (context.inputs.length === 0) context.unsupported('a call without inputs');
  const ranks = context.inputs.map((input) => context.shape(input).length);
  const rank = Math.max(...ranks);
  if (Math.min(...ranks) === 0) context.unsupported('a scalar input');
  return context.inputs.map((input, index) => {
    const missing = rank - (ranks[index] as number);
    return unsqueeze(
      context,
      input,
      Array.from({ length: missing }, (_, axis) => axis + 1),
    );
  });
}

/** Element by element over two or more inputs, from left to right, broadcasting. */
function defineMerge(className: string, op: 'Add' | 'Sub' | 'Mul' | 'Max' | 'Min', finish?: (context: Emitter, sum: ValueId) => ValueId) {
  return defineLayer<null>({
    className,
    parse: () => null,
    weights: () => [],
    emit(context) {
      if (op === 'Sub' && context.inputs.length !== 2) return context.unsupported(`a call with ${context.inputs.length} inputs (expected 2)`);
      const result = mergeInputs(context).reduce((left, right) => context.node(op, [left, right]));
      return [finish === undefined ? result : finish(context, result)];
    },
  });
}

export const add = defineMerge('Add', 'Add');
export const average = defineMerge('Average', 'Add', (context, sum) => context.node('Div', [sum, constantLike(context, sum, context.inputs.length)]));
export const maximum = defineMerge('Maximum', 'Max');
export const minimum = defineMerge('Minimum', 'Min');
export const multiply = defineMerge('Multiply', 'Mul');
export const subtract = defineMerge('Subtract', 'Sub');

export const concatenate = defineLayer<number>({
  className: 'Concatenate',
  parse: (reader) => reader.integer('axis', -1),
  weights: () => [],
  emit(context) {
    refuseArguments(context);
    const [first, ...others] = context.inputs;
    if (first === undefined) return context.unsupported('a call without inputs');
    const rank = context.shape(first).length;
    const axis = context.config < 0 ? context.config + rank : context.config;
    if (axis < 0 || axis >= rank || others.some((input) => context.shape(input).length !== rank))
      return context.unsupported(
        `axis ${context.config} of inputs of ranks ${context.inputs.map((input) => context.shape(input).length).join(', ')}`,
      );
    return [others.length === 0 ? first : context.node('Concat', [...context.inputs], { axis })];
  },
});
