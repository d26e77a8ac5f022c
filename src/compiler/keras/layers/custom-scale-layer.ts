import { defineLayer } from '../layer.ts';
import type { Literal } from './literal.ts';
import { readLiteral } from './literal.ts';
import { constantLike, refuseArguments } from './nodes.ts';

/** InceptionResNetV2's own layer: x + scale·y. */
export const customScaleLayer = defineLayer<Literal>({
  className: 'CustomScaleLayer',
  parse(reader) {
    const scale = readLiteral(reader.raw('scale'));
    if (scale?.data.length !== 1) throw reader.malformed(`scale is ${JSON.stringify(reader.raw('scale'))?.slice(0, 80)}, expected a number`);
    return scale;
  },
  weights: () => [],
  emit(context) {
    refuseArguments(context);
    const [x, y, ...more] = context.inputs;
    if (x === undefined || y === undefined || more.length > 0) return context.unsupported(`a call with ${context.inputs.length} inputs (expected 2)`);
    return [context.node('Add', [x, context.node('Mul', [y, constantLike(context, y, context.config.data[0] as number)])])];
  },
});
