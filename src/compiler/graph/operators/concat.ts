import { addDims, normalizeAxis, printShape } from '../dims.ts';
import type { Dim } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, inputValue, intAttribute, sameDtypes } from './read.ts';

export const concat = defineOperator({
  op: 'Concat',
  domain: '',
  since: 13,
  inputs: [1, Number.POSITIVE_INFINITY],
  outputs: [1, 1],
  attributes: { axis: { type: 'int' } },
  infer(context) {
    sameDtypes(context);
    const { dtype, shape: first } = inputValue(context, 0);
    const axis = normalizeAxis(intAttribute(context.attributes, 'axis'), first.length, context.node);
    const result: Dim[] = [...first];
    for (let index = 1; index < context.inputs.length; index++) {
      const shape = inputShape(context, index);
      legal(shape.length === first.length, () => `${context.node}: ${printShape(first)} and ${printShape(shape)} don't concatenate`);
      shape.forEach((dim, at) => {
        const sum = result[at] as Dim;
        if (at === axis) result[at] = addDims(sum, dim);
        else if (typeof sum === 'string') result[at] = typeof dim === 'number' ? dim : sum;
        else
          legal(
            typeof dim === 'string' || dim === sum,
            () => `${context.node}: ${printShape(first)} and ${printShape(shape)} don't concatenate along ${axis}`,
          );
      });
    }
    return [{ dtype, shape: result }];
  },
});
