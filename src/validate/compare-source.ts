import type { Manifest } from '../bundle/manifest.ts';
import { verifiedArtefact } from '../bundle/read-bundle.ts';
import { TorchliftError } from '../core/errors.ts';
import { sliceRows } from '../engines/slice-rows.ts';
import type { Tensor } from '../engines/tensor.ts';
import type { WorkerEngine } from '../engines/worker-engine.ts';
import { TensorDifference } from './layers/tensor-difference.ts';

export interface SourceSides {
  readonly bundle: string;
  readonly manifest: Manifest;
  /** PyTorch with the bundle's `model.pt`. */
  readonly candidate: Pick<WorkerEngine, 'run' | 'call'>;
  /** In Keras' order, any number of rows each. */
  readonly inputs: readonly Tensor[];
}

const ROWS_AT_ONCE = 32;

/**
 * The largest absolute difference between what `model.pt` answers and what `model.py` does with its weights, over all outputs; Infinity where one
 * has a NaN or an infinity that the other hasn't. The worker runs `model.py`, whose hash is verified first, as that of its weights is.
 * Errors: `usage` (the bundle has no model.py), `hash-mismatch`, `worker-failed`.
 */
export async function compareSource({ bundle, manifest, candidate, inputs }: SourceSides): Promise<number> {
  const module = verifiedArtefact(bundle, manifest, 'model.py');
  const weights = verifiedArtefact(bundle, manifest, 'model.safetensors');
  const differences: TensorDifference[] = [];
  const rows = inputs[0]?.shape[0] ?? 0;
  for (let start = 0; start < rows; start += ROWS_AT_ONCE) {
    const piece = inputs.map((input) => sliceRows(input, start, start + ROWS_AT_ONCE));
    const { outputs } = await candidate.run(piece);
    const { tensors } = await candidate.call('source', { module, weights }, piece);
    if (outputs.length !== tensors.length) {
      throw new TorchliftError('worker-failed', { what: `model.pt gives ${outputs.length} outputs, model.py ${tensors.length}`, where: bundle });
    }
    tensors.forEach((expected, index) => {
      differences[index] ??= new TensorDifference();
      differences[index].add(expected, outputs[index] as Tensor);
    });
  }
  return Math.max(0, ...differences.map((difference) => difference.result().maxAbsolute));
}
