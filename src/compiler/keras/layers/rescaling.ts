import type { ConfigReader } from '../config-reader.ts';
import { defineLayer } from '../layer.ts';
import { type Literal, readLiteral } from './literal.ts';
import { castToFloat, constantLike, onlyInput } from './nodes.ts';

/** x·scale + offset in float32; numbers, or lists over the last axes. */
export const rescaling = defineLayer<{ readonly scale: Literal; readonly offset: Literal }>({
  className: 'Rescaling',
  parse: (reader) => ({ scale: literal(reader, 'scale'), offset: reader.has('offset') ? literal(reader, 'offset') : { shape: [], data: [0] } }),
  weights: () => [],
  emit(context) {
    const { scale, offset } = context.config;
    const x = castToFloat(context, onlyInput(context));
    const rank = context.shape(x).length;
    if (scale.shape.length > rank || offset.shape.length > rank) return context.unsupported(`scale or offset of a rank above the input's ${rank}`);
    const scaled = scale.data.every((number) => number === 1) ? x : context.node('Mul', [x, constantLike(context, x, scale.data, scale.shape)]);
    if (offset.data.every((number) => number === 0)) return [scaled];
    return [context.node('Add', [scaled, constantLike(context, x, offset.data, offset.shape)])];
  },
});

function literal(reader: ConfigReader, key: string): Literal {
  const value = readLiteral(reader.raw(key));
  if (value === undefined) throw reader.malformed(`${key} is ${JSON.stringify(reader.raw(key))?.slice(0, 80)}, expected numbers`);
  return value;
}
