import { broadcastShapes } from '../dims.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, inputValue, sameDtypes } from './read.ts';

/** One or more inputs that broadcast, no attributes. */
const VERSIONS = { Max: 13, Mean: 13, Min: 13, Sum: 13 } as const;

export const elementwiseVariadic = Object.entries(VERSIONS).map(([op, since]) =>
  defineOperator({
    op,
    domain: '',
    since,
    inputs: [1, Number.POSITIVE_INFINITY],
    outputs: [1, 1],
    attributes: {},
    infer(context) {
      sameDtypes(context);
      const shapes = context.inputs.map((_, index) => inputShape(context, index));
      return [{ dtype: inputValue(context, 0).dtype, shape: broadcastShapes(shapes, context.node) }];
    },
  }),
);
