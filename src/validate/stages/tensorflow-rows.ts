import type { PortRecord } from '../../bundle/manifest.ts';
import type { Tensor } from '../../engines/tensor.ts';
import type { WorkerEngine } from '../../engines/worker-engine.ts';
import type { Step } from '../../preprocess/steps.ts';
import { asInput } from '../inputs/as-input.ts';

/**
 * Model inputs [1, …] that TensorFlow's own operations make of images, undefined where it refuses one. `images`: bytes where the first step is to
 * decode, else pixels [H, W, 3]. Errors: `worker-failed`.
 */
export async function tensorflowRows(
  reference: WorkerEngine,
  images: readonly Tensor[],
  steps: readonly Step[],
  [height, width]: readonly [number, number],
  port: PortRecord,
): Promise<readonly (Tensor | undefined)[]> {
  if (images.length === 0) return [];
  const { header, tensors } = await reference.call('prepare', { steps, height, width }, images);
  let next = 0;
  return (header.images as readonly { error?: string }[]).map(({ error }) =>
    error === undefined ? asInput(tensors[next++] as Tensor, port) : undefined,
  );
}
