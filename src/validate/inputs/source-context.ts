import type { Manifest } from '../../bundle/manifest.ts';
import type { Progress } from '../../engines/runtimes/ensure-runtime.ts';
import type { Step } from '../../preprocess/steps.ts';
import type { ChannelRange } from '../near-copies/fingerprint.ts';

/** What every kind of source needs to know. */
export interface SourceContext {
  readonly bundle: string;
  readonly manifest: Manifest;
  readonly ranges: readonly ChannelRange[];
  readonly samples: number | undefined;
  /** A pipeline instead of the bundle's own; undefined where the bundle's is used. */
  readonly steps: readonly Step[] | undefined;
  /** Whether a decoder that makes other pixels than the validated one is a warning instead of an error. */
  readonly allowOtherPixels: boolean;
  readonly progress: Progress;
  readonly onRestart: (why: string) => void;
}
