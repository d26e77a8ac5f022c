import type { Step } from '../../preprocess/steps.ts';
import type { ChannelRange } from './fingerprint.ts';

/**
 * What black and white come to in each channel after a pipeline: the steps that change values, applied to 0 and 255. What moves pixels or encodes
 * them again leaves the range alone. `high` can be below `low`.
 */
export function channelRanges(steps: readonly Step[], channels: number): readonly ChannelRange[] {
  let ranges = Array.from({ length: channels }, (): ChannelRange => ({ low: 0, high: 255 }));
  for (const step of steps) {
    if (step.step === 'channel-order') ranges = step.order === 'BGR' ? ranges.toReversed() : ranges;
    else if (step.step === 'scale') ranges = ranges.map((range) => mapped(range, (value) => value / step.divide + step.offset));
    else if (step.step === 'normalise') {
      const { mean, std } = step;
      ranges = ranges.map((range, channel) => mapped(range, (value) => (value - (mean[channel] ?? 0)) / (std[channel] ?? 1)));
    }
  }
  return ranges;
}

function mapped({ low, high }: ChannelRange, map: (value: number) => number): ChannelRange {
  return { low: map(low), high: map(high) };
}
