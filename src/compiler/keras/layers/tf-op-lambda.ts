import { defineLayer } from '../layer.ts';
import { FunctionCall, type TfFunction } from './tf-functions/function-call.ts';
import { findTfFunction } from './tf-functions/index.ts';

/** A TensorFlow function that was called on Keras' symbolic tensors: `tf.nn.relu(x)`, `x + 1`, `x[:, 0]`. */
function defineOpLayer(className: string) {
  return defineLayer<{ readonly name: string; readonly definition: TfFunction }>({
    className,
    parse(reader) {
      const name = reader.string('function');
      const definition = findTfFunction(name);
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
