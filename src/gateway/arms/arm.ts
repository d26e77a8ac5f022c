import type { Tensor } from '../../engines/tensor.ts';
import type { RequestContext } from '../request-context.ts';
import type { ModelAnswer } from './model-worker.ts';

/** A model that stands beside another one: workers of ours, or a server elsewhere. */
export interface Arm {
  readonly isReady: boolean;
  /** Milliseconds until an answer to so many rows, were they asked for now; 0 where nothing is known. */
  expectedMs(rows: number): number;
  /** Inputs in the model's order, the rows first. Errors: those of a pool, `remote-failed`, `remote-refused`. */
  answer(inputs: readonly Tensor[], context: RequestContext): Promise<ModelAnswer>;
  close(): Promise<void>;
}
