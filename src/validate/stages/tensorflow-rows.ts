import type { PortRecord } from '../../bundle/manifest.ts';
import type { Tensor } from '../../engines/tensor.ts';
import type { WorkerEngine } from '../../engines/worker-engine.ts';
import type { Step } from '../../preprocess/steps.ts';
import { asInput } from '../inputs/as-input.ts';

/** What TensorFlow's own operations make of an image. */
export interface TensorflowRow {
  /** [1, …], as the model takes it. */
  readonly row: Tensor;
  /** sha256 of what the steps behind the decoder were given. */
  readonly pixels: string;
}

/**
 * Model inputs that TensorFlow's own operations make of images, undefined where it refuses one. `images`: bytes where the first step is to decode,
 * else pixels [H, W, 3]. Errors: `worker-failed`.
 */
export async function tensorflowRows(
  reference: WorkerEngine,
  images: readonly Tensor[],
  steps: readonly Step[],
  [height, width]: readonly [number, number],
  port: PortRecord,
): Promise<readonly (TensorflowRow | undefined)[]> {
  if (images.length === 0) return [];
  const { header, tensors } = await reference.call('prepare', { steps, height, width }, images);
  let next = 0;
  return (header.images as readonly ({ readonly pixels: string } | { readonly error: string })[]).map((report) =>
    'error' in report ? undefined : { row: asInput(tensors[next++] as Tensor, port), pixels: report.pixels },
  );
}
