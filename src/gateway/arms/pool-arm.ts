import { createHash } from 'node:crypto';
import type { Tensor } from '../../engines/tensor.ts';
import type { WorkerPool } from '../pool/worker-pool.ts';
import type { RequestContext } from '../request-context.ts';
import type { Arm } from './arm.ts';
import type { ModelAnswer, ModelInput } from './model-worker.ts';

/** Workers of ours as an arm. */
export function poolArm(pool: WorkerPool<ModelInput, ModelAnswer>): Arm {
  return {
    get isReady() {
      return pool.ready > 0;
    },
    expectedMs: (rows) => pool.expectedMs(rows),
    answer: (inputs: readonly Tensor[], context: RequestContext) =>
      pool.submit({ ...context, input: { inputs }, rows: inputs[0]?.shape[0] ?? 1, digest: () => digestOf(inputs.map(({ data }) => data)) }),
    close: () => pool.close(),
  };
}

/** The same for the same bytes. */
export function digestOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
