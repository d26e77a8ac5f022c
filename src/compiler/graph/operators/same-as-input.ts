import type { InferContext, OperatorSpec } from '../operator.ts';
import { inputValue } from './read.ts';

/** One output with the shape and dtype of the first input. */
export function sameAsInput(context: InferContext): ReturnType<OperatorSpec['infer']> {
  const { dtype, shape } = inputValue(context, 0);
  return [{ dtype, shape }];
}
