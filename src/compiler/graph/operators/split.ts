import { divideDim, normalizeAxis } from '../dims.ts';
import type { Dim } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue, intAttribute } from './read.ts';

/** Into the sizes of the second input, or into `num_outputs` equal parts (the last may be smaller). */
export const split = defineOperator({
  op: 'Split',
  domain: '',
  since: 18,
  inputs: [1, 2],
  outputs: [1, Number.POSITIVE_INFINITY],
  attributes: { axis: { type: 'int', default: 0 }, num_outputs: { type: 'int', optional: true } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const axis = normalizeAxis(intAttribute(context.attributes, 'axis'), shape.length, context.node);
    const sizes = context.inputs[1] ? context.constant(1) : undefined;
    const total = shape[axis] as Dim;
    const count = context.outputCount;
    legal(sizes === undefined || sizes.length === count, () => `${context.node}: ${sizes?.length} sizes for ${count} outputs`);
    legal(
      sizes === undefined || typeof total === 'string' || sizes.reduce((sum, size) => sum + size, 0) === total,
      () => `${context.node}: the sizes ${sizes?.join(', ')} don't make ${total}`,
    );
    const part = divideDim(total, count, 'ceil');
    return Array.from({ length: count }, (_, index) => {
      const equal = typeof part === 'number' && typeof total === 'number' ? Math.max(0, Math.min(part, total - part * index)) : part;
      return { dtype, shape: shape.map((dim, at) => (at === axis ? (sizes?.[index] ?? equal) : dim)) };
    });
  },
});
