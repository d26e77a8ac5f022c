import type { PlannedCall } from './plan.ts';

/** Classes that compute something else while training. */
const SENSITIVE = /^(BatchNormalization|Dropout|SpatialDropout[123]D|AlphaDropout|GaussianDropout|GaussianNoise|StochasticDepth|Random[A-Z]\w*)$/;
/** Classes that do so only where one of these rates isn't zero. */
const RATES = ['rate', 'dropout', 'recurrent_dropout', 'drop_path_rate', 'stddev', 'dropout_rate', 'attention_dropout'];

/**
 * The mode of a call: `inference` where it was made with `training=False` or is that of a BatchNormalization that isn't trainable
 * (Keras goes by the layer's own flag); otherwise it follows the model's mode. Undefined where no module can do what was asked for:
 * `training=True` that has an effect, or a mode given as a tensor.
 */
export function callMode(call: PlannedCall): 'follows' | 'inference' | undefined {
  const { className, ownTrainable } = call.layer;
  if (className === 'BatchNormalization' && !ownTrainable) return 'inference';
  if (call.training === false) return 'inference';
  return call.training === undefined || !changesWithTraining(call) ? 'follows' : undefined;
}

function changesWithTraining({ layer: { className, config } }: PlannedCall): boolean {
  const rates = RATES.map((key) => config[key]).filter((rate) => rate !== undefined && rate !== null);
  if (className === 'BatchNormalization' || className.startsWith('Random')) return true;
  if (SENSITIVE.test(className)) return rates.length === 0 || rates.some((rate) => rate !== 0);
  return rates.some((rate) => rate !== 0);
}
