import { invariant } from '../../../core/errors.ts';
import { defineLayer } from '../layer.ts';
import { activationFunctions } from './tf-functions/activations.ts';
import { arithmeticFunctions } from './tf-functions/arithmetic.ts';
import { FunctionCall, type TfFunction } from './tf-functions/function-call.ts';
import { getItem } from './tf-functions/get-item.ts';
import { imageFunctions } from './tf-functions/image.ts';
import { reductionFunctions } from './tf-functions/reductions.ts';
import { shapeFunctions } from './tf-functions/shapes.ts';

const FUNCTIONS: readonly TfFunction[] = [
  ...activationFunctions,
  ...arithmeticFunctions,
  ...imageFunctions,
  ...reductionFunctions,
  ...shapeFunctions,
  getItem,
];

const BY_NAME = new Map(FUNCTIONS.flatMap((definition) => definition.names.map((name) => [name, definition] as const)));
invariant(BY_NAME.size === FUNCTIONS.reduce((count, { names }) => count + names.length, 0), 'a TensorFlow function stands twice in the table');

/** TensorFlow's names of the functions that TFOpLambda and SlicingOpLambda may hold, sorted: for the support table. */
export const TF_FUNCTION_NAMES: readonly string[] = [...BY_NAME.keys()].sort();

/** A TensorFlow function that was called on Keras' symbolic tensors: `tf.nn.relu(x)`, `x + 1`, `x[:, 0]`. */
function defineOpLayer(className: string) {
  return defineLayer<{ readonly name: string; readonly definition: TfFunction }>({
    className,
    parse(reader) {
      const name = reader.string('function');
      const definition = BY_NAME.get(name);
      if (definition === undefined) throw reader.unsupported(`tf.${name.slice(0, 80)}`);
      return { name, definition };
    },
    weights: () => [],
    emit(context) {
      const { name, definition } = context.config;
      const result = definition.emit(new FunctionCall(context, name, definition.parameters));
      return typeof result === 'number' ? [result] : result;
    },
  });
}

export const slicingOpLambda = defineOpLayer('SlicingOpLambda');
export const tfOpLambda = defineOpLayer('TFOpLambda');
