import { expect, test } from 'vitest';
import { PRESETS, type Step } from '../../preprocess/steps.ts';
import { channelRanges } from './channel-ranges.ts';

test.each([
  ['0..255', { low: 0, high: 255 }],
  ['0..1', { low: 0, high: 1 }],
  ['-1..1', { low: -1, high: 1 }],
])('%s', (preset, range) => {
  expect(channelRanges(PRESETS[preset] as readonly Step[], 3)).toEqual([range, range, range]);
});

test('each channel has its own where the pipeline gives it one', () => {
  const [first, , third] = channelRanges(PRESETS.torch as readonly Step[], 3);
  expect(first).toEqual({ low: -0.485 / 0.229, high: (1 - 0.485) / 0.229 });
  expect(third?.high).toBeCloseTo((1 - 0.406) / 0.225, 12);
  expect(channelRanges(PRESETS.caffe as readonly Step[], 3)[0]).toEqual({ low: -103.939, high: 255 - 103.939 });
});
