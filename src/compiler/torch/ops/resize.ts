import type { Dim, Shape } from '../../graph/graph.ts';
import type { Operand } from '../argument.ts';
import { defineLowering, type LoweringContext } from '../lowering.ts';

/** torch wants [N, C, H, W]; a tensor that nothing else brought there is moved and moved back. */
const TO_CHANNELS_FIRST = [0, 3, 1, 2];
const TO_CHANNELS_LAST = [0, 2, 3, 1];

/** X, roi, scales, sizes; two axes change. What torch lacks is refused: another formula would give other scores. */
export const resize = defineLowering({
  op: 'Resize',
  since: 19,
  lower(_node, context) {
    const { shape } = context.value(0);
    const target = context.output().shape;
    const isChannelsFirst = shape[1] === target[1];
    const kept = isChannelsFirst ? [0, 1] : [0, 3];
    if (shape.length !== 4 || kept.some((axis) => shape[axis] !== target[axis])) context.unsupported(`a resize of [${shape}] to [${target}]`);
    if (isChannelsFirst) return resizeAxes(context, context.tensor(0), [2, 3], target);
    const move = (sizes: Shape): Shape => TO_CHANNELS_FIRST.map((axis) => sizes[axis] as Dim);
    const input = context.emit('permute', [context.tensor(0), TO_CHANNELS_FIRST], { shape: move(shape) });
    return context.emit('permute', [resizeAxes(context, input, [1, 2], move(target)), TO_CHANNELS_LAST]);
  },
});

/** `axes`: height and width of the node's input; `input` and the result are [N, C, H, W]. */
function resizeAxes(context: LoweringContext, input: Operand, axes: readonly [number, number], result: Shape): Operand {
  if (context.int('antialias', 0) === 1) context.unsupported('antialias');
  if (context.string('keep_aspect_ratio_policy', 'stretch') !== 'stretch') context.unsupported('keep_aspect_ratio_policy');
  const target = context.output().shape;
  if (axes.some((axis) => typeof target[axis] !== 'number')) return repeatPixels(context, input, axes, result);
  const size = axes.map((axis) => {
    const one = target[axis];
    return typeof one === 'number' ? one : context.unsupported(`the size ${one} isn't fixed`);
  });
  const mode = context.string('mode', 'nearest');
  const coordinates = context.string('coordinate_transformation_mode', 'half_pixel');
  // torch computes the scale from the sizes unless told; ONNX keeps the one that was given.
  const scales = inexactScales(context, axes);
  if (mode === 'nearest') return context.emit(nearestForm(context, coordinates, axes), [input, size, ...scales], { shape: result });
  const isHalfPixel = coordinates === 'half_pixel' || (coordinates === 'pytorch_half_pixel' && size.every((one) => one > 1));
  if (!isHalfPixel && coordinates !== 'align_corners') context.unsupported(`${mode} with ${coordinates}`);
  if (mode === 'cubic' && context.float('cubic_coeff_a', -0.75) !== -0.75) context.unsupported(`cubic_coeff_a ${context.float('cubic_coeff_a')}`);
  if (context.int('exclude_outside', 0) === 1) context.unsupported('exclude_outside');
  if (mode !== 'linear' && mode !== 'cubic') context.unsupported(`mode ${mode}`);
  const op = mode === 'linear' ? 'upsample_bilinear2d' : 'upsample_bicubic2d';
  return context.emit(op, [input, size, coordinates === 'align_corners', ...scales], { shape: result });
}

/** Nearest by whole factors of a free size: aten's own upsampling wants the size as a number. */
function repeatPixels(context: LoweringContext, input: Operand, axes: readonly [number, number], result: Shape): Operand {
  const coordinates = context.string('coordinate_transformation_mode', 'half_pixel');
  const rounding = context.string('nearest_mode', 'round_prefer_floor');
  // Both take ⌊i/factor⌋.
  const takesFloor = coordinates === 'asymmetric' ? rounding === 'floor' : coordinates === 'half_pixel' && rounding.startsWith('round_prefer');
  const scales = context.has(2) && !context.has(3) ? context.constant(2) : [];
  const given = context.ints('axes', [0, 1, 2, 3]);
  const [rows = Number.NaN, columns = Number.NaN] = axes.map((axis) => scales[given.indexOf(axis)]);
  const isWhole = [rows, columns].every((factor) => Number.isInteger(factor) && factor >= 1);
  if (context.string('mode', 'nearest') !== 'nearest' || !takesFloor || !isWhole)
    context.unsupported(`a resize of a free size ([${context.value(0).shape.join(', ')}])`);
  const width = context.value(0).shape[axes[1]] as Dim;
  const taller = rows === 1 ? input : context.emit('repeat_interleave', [input, rows, 2], { shape: [...result.slice(0, 3), width] });
  return columns === 1 ? taller : context.emit('repeat_interleave', [taller, columns, 3], { shape: result });
}

/** torch's `nearest` takes ⌊i/scale⌋, its `nearest-exact` ⌊(i + ½)/scale⌋. Enlarged by a whole number both take the same. */
function nearestForm(context: LoweringContext, coordinates: string, axes: readonly number[]): 'upsample_nearest2d' | '_upsample_nearest_exact2d' {
  const rounding = context.string('nearest_mode', 'round_prefer_floor');
  if (coordinates === 'asymmetric' && rounding === 'floor') return 'upsample_nearest2d';
  // (i + ½)/scale − ½, a half rounded up, is ⌊(i + ½)/scale⌋.
  if (coordinates === 'half_pixel' && rounding === 'round_prefer_ceil') return '_upsample_nearest_exact2d';
  const { shape } = context.value(0);
  const target = context.output().shape;
  const isWhole = axes.every((axis) => Number.isInteger((target[axis] as number) / (shape[axis] as number)));
  if (isWhole && coordinates === 'half_pixel' && rounding === 'round_prefer_floor') return 'upsample_nearest2d';
  return context.unsupported(`nearest with ${coordinates} and ${rounding}`);
}

function inexactScales(context: LoweringContext, axes: readonly [number, number]): readonly (number | null)[] {
  const scales = context.has(2) && !context.has(3) ? context.constant(2) : [];
  const given = context.ints('axes', [0, 1, 2, 3]);
  return axes.map((axis) => {
    const scale = scales[given.indexOf(axis)] ?? 1;
    const size = context.value(0).shape[axis];
    return scales.length === 0 || (typeof size === 'number' && Number.isInteger(size * scale)) ? null : scale;
  });
}
