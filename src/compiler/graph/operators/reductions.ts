import { TorchliftError } from '../../../core/errors.ts';
import { normalizeAxis } from '../dims.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, inputValue, intAttribute } from './read.ts';

/** Axes are an optional input (ReduceSum since 13, the others since 18); none means all axes, or no reduction with `noop_with_empty_axes`. */
const VERSIONS = {
  ReduceL1: 18,
  ReduceL2: 18,
  ReduceMax: 20,
  ReduceMean: 18,
  ReduceMin: 20,
  ReduceProd: 18,
  ReduceSum: 13,
  ReduceSumSquare: 18,
} as const;

export const reductions = Object.entries(VERSIONS).map(([op, since]) =>
  defineOperator({
    op,
    domain: '',
    since,
    inputs: [1, 2],
    outputs: [1, 1],
    attributes: { keepdims: { type: 'int', default: 1 }, noop_with_empty_axes: { type: 'int', default: 0 } },
    infer(context) {
      const { dtype } = inputValue(context, 0);
      const shape = inputShape(context, 0);
      const given = context.inputs[1] ? context.constant(1) : [];
      if (given === undefined) throw unknownAxes(context.node);
      if (given.length === 0 && intAttribute(context.attributes, 'noop_with_empty_axes') === 1) return [{ dtype, shape }];
      const axes = new Set(given.length === 0 ? shape.keys() : given.map((axis) => normalizeAxis(axis, shape.length, context.node)));
      const keep = intAttribute(context.attributes, 'keepdims') === 1;
      return [{ dtype, shape: shape.flatMap((dim, axis) => (axes.has(axis) ? (keep ? [1] : []) : [dim])) }];
    },
  }),
);

function unknownAxes(place: string): TorchliftError {
  return new TorchliftError('internal', { what: `${place}: axes are not constant` });
}
