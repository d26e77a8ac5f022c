import { emitResize, RESIZE_METHODS } from '../resize/resize.ts';
import type { TfFunction } from './function-call.ts';

export const imageFunctions: readonly TfFunction[] = [
  {
    names: ['image.resize'],
    parameters: ['size', 'method', 'preserve_aspect_ratio', 'antialias'],
    emit(call) {
      const x = call.tensor;
      if (call.shape(x).length !== 4) return call.refuse(`an image of rank ${call.shape(x).length}`);
      if (call.boolean('preserve_aspect_ratio', false)) return call.refuse('preserve_aspect_ratio');
      const [height, width, ...more] = call.integers('size');
      if (height === undefined || width === undefined || more.length > 0 || height < 1 || width < 1)
        return call.refuse('a size that is not [height, width], both fixed');
      const name = call.string('method', 'bilinear').toLowerCase();
      const method = RESIZE_METHODS.find((known) => known === name) ?? call.refuse(`method ${name}`);
      return emitResize(call.context, x, [height, width], method, call.boolean('antialias', false));
    },
  },
];
