import { TorchliftError } from '../../../core/errors.ts';
import { printShape } from '../../graph/dims.ts';
import type { Shape } from '../../graph/graph.ts';

/** What to do where PyTorch needs a size that the model leaves free. */
export const FIX_THE_SIZE = 'Fix the input size: save the model with an Input whose height and width are numbers.';

/** The first input's shape, of rank `rank` where one is asked for. A wrong rank means that file and model don't belong together. */
export function inputShape(shapes: readonly Shape[], rank?: number): Shape {
  const shape = shapes[0];
  if (shape === undefined) throw new TorchliftError('malformed-config', { what: 'the layer is called without an input' });
  if (rank !== undefined && shape.length !== rank)
    throw new TorchliftError('malformed-config', { what: `the layer's input has shape ${printShape(shape)}, expected rank ${rank}` });
  return shape;
}

/** Size of one axis (negative counts from the end), where the layer's weights need it to be fixed. */
export function fixedSize(shape: Shape, axis: number): number {
  const size = shape.at(axis);
  if (typeof size === 'number') return size;
  if (size === undefined) throw new TorchliftError('malformed-config', { what: `axis ${axis} is none of the input's ${printShape(shape)}` });
  throw new TorchliftError('unsupported', {
    what: `the size of axis ${axis} of the input ${printShape(shape)} must be fixed: the layer's weights depend on it`,
    remedy: 'Save the model with an Input that fixes this size.',
  });
}
