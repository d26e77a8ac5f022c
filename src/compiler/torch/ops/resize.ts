import { defineLowering, type LoweringContext } from '../lowering.ts';

/** X [N, C, H, W], roi, scales, sizes. What torch lacks is refused: another formula would give other scores. */
export const resize = defineLowering({
  op: 'Resize',
  since: 19,
  lower(_node, context) {
    const { shape } = context.value(0);
    const target = context.output().shape;
    if (shape.length !== 4 || shape[0] !== target[0] || shape[1] !== target[1]) context.unsupported(`a resize of [${shape}] to [${target}]`);
    if (context.int('antialias', 0) === 1) context.unsupported('antialias');
    if (context.string('keep_aspect_ratio_policy', 'stretch') !== 'stretch') context.unsupported('keep_aspect_ratio_policy');
    const size = target.slice(2).map((one) => (typeof one === 'number' ? one : context.unsupported(`the size ${one} isn't fixed`)));
    const mode = context.string('mode', 'nearest');
    const coordinates = context.string('coordinate_transformation_mode', 'half_pixel');
    // torch computes the scale from the sizes unless told; ONNX keeps the one that was given.
    const scales = inexactScales(context);
    if (mode === 'nearest') return context.emit(nearestForm(context, coordinates), [context.tensor(0), size, ...scales]);
    const isHalfPixel = coordinates === 'half_pixel' || (coordinates === 'pytorch_half_pixel' && size.every((one) => one > 1));
    if (!isHalfPixel && coordinates !== 'align_corners') context.unsupported(`${mode} with ${coordinates}`);
    if (mode === 'cubic' && context.float('cubic_coeff_a', -0.75) !== -0.75) context.unsupported(`cubic_coeff_a ${context.float('cubic_coeff_a')}`);
    if (context.int('exclude_outside', 0) === 1) context.unsupported('exclude_outside');
    if (mode !== 'linear' && mode !== 'cubic') context.unsupported(`mode ${mode}`);
    const op = mode === 'linear' ? 'upsample_bilinear2d' : 'upsample_bicubic2d';
    return context.emit(op, [context.tensor(0), size, coordinates === 'align_corners', ...scales]);
  },
});

/** torch's `nearest` takes ⌊i/scale⌋, its `nearest-exact` ⌊(i + ½)/scale⌋. Enlarged by a whole number both take the same. */
function nearestForm(context: LoweringContext, coordinates: string): 'upsample_nearest2d' | '_upsample_nearest_exact2d' {
  const rounding = context.string('nearest_mode', 'round_prefer_floor');
  if (coordinates === 'asymmetric' && rounding === 'floor') return 'upsample_nearest2d';
  // (i + ½)/scale − ½, a half rounded up, is ⌊(i + ½)/scale⌋.
  if (coordinates === 'half_pixel' && rounding === 'round_prefer_ceil') return '_upsample_nearest_exact2d';
  const { shape } = context.value(0);
  const target = context.output().shape;
  const isWhole = [2, 3].every((axis) => Number.isInteger((target[axis] as number) / (shape[axis] as number)));
  if (isWhole && coordinates === 'half_pixel' && rounding === 'round_prefer_floor') return 'upsample_nearest2d';
  return context.unsupported(`nearest with ${coordinates} and ${rounding}`);
}

function inexactScales(context: LoweringContext): readonly [number | null, number | null] {
  const scales = context.has(2) && !context.has(3) ? context.constant(2) : [];
  if (scales.length === 0) return [null, null];
  const axes = context.ints('axes', [0, 1, 2, 3]);
  const one = (axis: 2 | 3): number | null => {
    const scale = scales[axes.indexOf(axis)] ?? 1;
    const size = context.value(0).shape[axis];
    return typeof size === 'number' && Number.isInteger(size * scale) ? null : scale;
  };
  return [one(2), one(3)];
}
