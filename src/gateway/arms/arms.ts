import { TorchliftError } from '../../core/errors.ts';
import type { Tensor } from '../../engines/tensor.ts';
import type { WorkerPool } from '../pool/worker-pool.ts';
import type { RequestContext } from '../request-context.ts';
import type { Arm } from './arm.ts';
import type { ModelAnswer, ModelInput } from './model-worker.ts';
import { digestOf, poolArm } from './pool-arm.ts';
import type { PreparedRow } from './preprocess-worker.ts';

export interface ArmAnswer extends ModelAnswer {
  readonly variant: 'candidate' | 'reference';
}

/** The models behind a contract. */
export interface Arms {
  readonly isReady: boolean;
  answerImage(image: Uint8Array, context: RequestContext): Promise<ArmAnswer>;
  /** Inputs in the model's order, the rows first. */
  answerRows(inputs: readonly Tensor[], context: RequestContext): Promise<ArmAnswer>;
  close(): Promise<void>;
}

/** One model alone: its workers decode and resize too, so that an image crosses as it came. */
export function singleArm(candidate: WorkerPool<ModelInput, ModelAnswer>): Arms {
  const variant = 'candidate';
  const arm = poolArm(candidate);
  return {
    get isReady() {
      return arm.isReady;
    },
    answerImage: async (image, context) => ({
      ...(await candidate.submit({ ...context, input: { image }, rows: 1, digest: () => digestOf([image]) })),
      variant,
    }),
    answerRows: async (inputs, context) => ({ ...(await arm.answer(inputs, context)), variant }),
    close: () => arm.close(),
  };
}

export interface PairOptions {
  readonly candidate: Arm;
  readonly reference: Arm;
  /** Decodes once for both. */
  readonly preprocess: WorkerPool<Uint8Array, PreparedRow>;
  /** The candidate failed, or hadn't answered in time. */
  readonly onFallback: (error: TorchliftError) => void;
}

/** Timers hold no more. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Of the time that is left what the candidate gets: half, less where the reference is slow, a fifth at least. */
function candidateMs(leftMs: number, referenceMs: number): number {
  return Math.ceil(Math.min(MAX_TIMER_MS, Math.max(0, leftMs / 5, Math.min(leftMs / 2, leftMs - 2 * referenceMs))));
}

/** What is wrong with the request itself is so for every model. */
const OF_THE_REQUEST = new Set(['refused-input', 'malformed-message']);

/** A candidate with the reference beside it: what the candidate fails or can't answer in time, the reference answers within the same deadline. */
export function pairedArms({ candidate, reference, preprocess, onFallback }: PairOptions): Arms {
  const answerRows = async (inputs: readonly Tensor[], context: RequestContext): Promise<ArmAnswer> => {
    const leftMs = candidateMs(context.deadline - performance.now(), reference.expectedMs(inputs[0]?.shape[0] ?? 1));
    const deadline = performance.now() + leftMs;
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(leftMs)]);
    try {
      return { ...(await candidate.answer(inputs, { ...context, deadline, signal })), variant: 'candidate' };
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof TorchliftError) || OF_THE_REQUEST.has(error.code)) throw error;
      onFallback(error);
      return { ...(await reference.answer(inputs, context)), variant: 'reference' };
    }
  };
  return {
    get isReady() {
      return preprocess.ready > 0 && (candidate.isReady || reference.isReady);
    },
    async answerImage(image, context) {
      const { row, flags } = await preprocess.submit({ ...context, input: image, rows: 1, digest: () => digestOf([image]) });
      return { ...(await answerRows([row], context)), flags };
    },
    answerRows,
    close: async () => void (await Promise.all([preprocess.close(), candidate.close(), reference.close()])),
  };
}
