import type { BatchSource } from '../batch.ts';
import type { ChannelRange } from '../near-copies/fingerprint.ts';
import type { Pipeline } from './open-pipeline.ts';

/** What a validation reads its inputs from. */
export interface OpenedSource extends BatchSource {
  /** Every row brings its reference's scores. */
  readonly isRecorded: boolean;
  /** By channel, what the pipeline makes of black and white. */
  readonly ranges: readonly ChannelRange[];
  readonly warnings: readonly string[];
  /** What makes the rows of images; null where they come as tensors. */
  readonly pipeline: Pipeline | null;
  /** Which row a name in a file of labels means. */
  imageOf(name: string): string | undefined;
  close(): Promise<void>;
}
