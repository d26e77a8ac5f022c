import { expect, test } from 'vitest';
import type { PortRecord } from '../bundle/manifest.ts';
import type { Graph } from '../compiler/graph/graph.ts';
import { PRESETS, type Step } from '../preprocess/steps.ts';
import { knownPipeline } from './known-pipeline.ts';

const image: PortRecord = { name: 'image', dtype: 'float32', shape: ['N', 8, 8, 3], layout: 'NHWC' };
/** Only the calls are looked at. */
const graphOf = (...calls: readonly (readonly [className: string, layer: string])[]) =>
  ({ calls: calls.map(([className, layer]) => ({ className, layer: layer.split('/') })) }) as unknown as Graph;
const presetOf = (steps: readonly Step[]) => Object.keys(PRESETS).find((name) => PRESETS[name] === steps);

const INPUT = ['InputLayer', 'image'] as const;
test.each([
  ['a convolution', [INPUT, ['Conv2D', 'conv']], '0..1'],
  ['a Rescaling', [INPUT, ['Rescaling', 'rescaling'], ['Conv2D', 'conv']], '0..255'],
  ['augmentation, then a Rescaling', [INPUT, ['RandomFlip', 'flip'], ['Rescaling', 'rescaling']], '0..255'],
  ['a Normalization', [INPUT, ['Normalization', 'norm']], '0..255'],
  ["MobileNet's own arithmetic", [INPUT, ['TFOpLambda', 'tf.math.truediv'], ['TFOpLambda', 'tf.math.subtract']], '0..255'],
  ['a nested model that casts and divides', [INPUT, ['TFOpLambda', 'base/tf.cast_1'], ['TFOpLambda', 'base/tf.math.divide_3']], '0..255'],
  ["ResNet's reversal of channels", [INPUT, ['TFOpLambda', 'tf.__operators__.getitem']], '0..255'],
  ['a Rescaling after a convolution', [INPUT, ['Conv2D', 'conv'], ['Rescaling', 'rescaling']], '0..1'],
  ['a layer called like an operation', [INPUT, ['Conv2D', 'my_tf.math.truediv_conv']], '0..1'],
  ['nothing', [], '0..1'],
] as const)('a model that begins with %s', (_, calls, preset) => {
  const { steps, assumed, warnings } = knownPipeline(graphOf(...calls), [image], undefined);
  expect([presetOf(steps), assumed]).toEqual([preset, true]);
  expect(warnings).toEqual([expect.stringContaining(`so ${preset} is assumed`)]);
});

test('whole numbers hold no 0..1', () => {
  for (const dtype of ['uint8', 'int32'] as const)
    expect(presetOf(knownPipeline(graphOf(['Conv2D', 'conv']), [{ ...image, dtype }], undefined).steps)).toBe('0..255');
});

test('a model of no image has no pipeline', () => {
  expect(knownPipeline(graphOf(), [{ ...image, shape: ['N', 4], layout: null }], undefined)).toEqual({ steps: [], assumed: false, warnings: [] });
});

test('what is named is kept; a second scaling is warned of', () => {
  const [plain, scaled] = ['0..255', '0..1'].map((name) => PRESETS[name] as readonly Step[]) as [readonly Step[], readonly Step[]];
  const rescaling = graphOf(INPUT, ['Rescaling', 'base/rescaling']);
  expect(knownPipeline(rescaling, [image], plain)).toEqual({ steps: plain, assumed: false, warnings: [] });
  expect(knownPipeline(graphOf(INPUT), [image], scaled)).toEqual({ steps: scaled, assumed: false, warnings: [] });
  expect(knownPipeline(rescaling, [image], scaled).warnings).toEqual([expect.stringContaining('begins with base/rescaling')]);
});
