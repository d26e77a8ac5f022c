import type { PlannedCall } from '../calls/plan.ts';
import { tensorsOf } from '../calls/plan.ts';

/**
 * keras.applications' InceptionResNetV2 scales its residuals, `inputs[0] + inputs[1] * scale`, 40 times: up to Keras 2.12 with a Lambda that
 * holds bytecode, later with a `CustomScaleLayer`. The scale, where a call has the structure of that: two inputs, the second straight from a 1×1 convolution without activation, and
 * `arguments` of one number called `scale`. Its code is never looked at; as a structure can be forged, whoever uses this warns.
 */
export function residualScaleOf(call: PlannedCall): number | undefined {
  const inputs = tensorsOf(call.first);
  if (inputs.length !== 2 || call.others.length > 0) return undefined;
  const { className, config } = call.layer;
  if (className === 'CustomScaleLayer' || className.endsWith('>CustomScaleLayer')) return typeof config.scale === 'number' ? config.scale : undefined;
  if (className !== 'Lambda') return undefined;
  const { arguments: given } = config;
  if (typeof given !== 'object' || given === null || Object.keys(given).join() !== 'scale') return undefined;
  const { scale } = given as { scale: unknown };
  const residual = inputs[1]?.kind === 'output' ? inputs[1].call.layer : undefined;
  const isPlainConvolution =
    residual?.className === 'Conv2D' &&
    (residual.config.activation === undefined || residual.config.activation === 'linear') &&
    JSON.stringify(residual.config.kernel_size) === '[1,1]';
  return typeof scale === 'number' && isPlainConvolution ? scale : undefined;
}
