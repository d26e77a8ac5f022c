import { TorchliftError } from '../../core/errors.ts';
import { openPreprocessor, type PreprocessorOptions } from '../../engines/open-preprocessor.ts';
import type { Tensor } from '../../engines/tensor.ts';
import type { Outcome, PoolWorker } from '../pool/work.ts';

/** An image as the model takes it. */
export interface PreparedRow {
  /** [1, …] */
  readonly row: Tensor;
  readonly flags: readonly string[];
}

/** A worker that decodes and resizes, and has no model: both arms see what it makes. Errors: as of `openPreprocessor`. */
export async function startPreprocessWorker(options: PreprocessorOptions): Promise<PoolWorker<Uint8Array, PreparedRow>> {
  const preprocessor = await openPreprocessor(options);
  return {
    pid: preprocessor.pid,
    get ended() {
      return preprocessor.ended;
    },
    async run(images) {
      const prepared = await preprocessor.run(images);
      const outcomes = prepared.map((image): Outcome<PreparedRow> => {
        if (image.ok) return { ok: true, value: { row: image.row, flags: image.flags } };
        return { ok: false, error: new TorchliftError('refused-input', { what: image.message, where: 'image' }) };
      });
      return { outcomes, peakBytes: 0 };
    },
    close: () => preprocessor.close(),
    kill: (why) => preprocessor.kill(why),
  };
}
