import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../src/engines/engine.ts';
import { openPreprocessor } from '../../src/engines/open-preprocessor.ts';
import type { Tensor } from '../../src/engines/tensor.ts';
import { openWorker } from '../../src/engines/worker-engine.ts';
import { listImages } from '../../src/validate/inputs/list-images.ts';
import { stackRows } from '../../src/validate/inputs/stack-rows.ts';
import { validate } from '../../src/validate/validate.ts';

const BATCH = 32;

export interface PartsOptions {
  readonly h5: string;
  readonly bundle: string;
  readonly images: string;
  readonly progress: (line: string) => void;
}

/** Validation and its three parts, each measured alone: images a second over the whole folder. */
export async function openParts({ h5, bundle, images, progress }: PartsOptions) {
  const files = listImages(images).map((file) => readFileSync(join(images, file)));
  const groups = Array.from({ length: Math.floor(files.length / BATCH) }, (_, index) => files.slice(index * BATCH, (index + 1) * BATCH));
  const [reference, candidate, preprocessor] = await Promise.all([
    openWorker({ engine: 'tensorflow', model: h5, progress }),
    openWorker({ engine: 'torch', model: join(bundle, 'model.pt'), progress }),
    openPreprocessor({ source: join(bundle, 'preprocess.py'), threads: availableParallelism(), progress }),
  ]);
  const rowsOf = async (group: readonly Buffer[]) => (await preprocessor.run(group)).flatMap((image) => (image.ok ? [image.row] : []));
  const batches: Tensor[] = [];
  for (const group of groups) batches.push(stackRows(await rowsOf(group)));
  const alone = async <T>(items: readonly T[], work: (item: T) => Promise<unknown>) => {
    // The first one warms up.
    await work(items[0] as T);
    const started = performance.now();
    for (const item of items) await work(item);
    return (items.length * BATCH * 1e3) / (performance.now() - started);
  };
  const run = (engine: Engine) => () => alone(batches, (batch) => engine.run([batch]));
  return {
    reference: run(reference),
    candidate: run(candidate),
    decoding: () => alone(groups, rowsOf),
    /** From the first batch on: what starts before is not about images. */
    validation: async () => {
      let first: { at: number; done: number } | undefined;
      let last = { at: 0, done: 0 };
      const onProgress = (done: number) => {
        if (done === 0) return;
        last = { at: performance.now(), done };
        first ??= last;
      };
      await validate({ candidate: bundle, reference: h5, images, onProgress });
      return ((last.done - (first?.done ?? 0)) * 1e3) / (last.at - (first?.at ?? 0));
    },
    close: async () => void (await Promise.all([reference.close(), candidate.close(), preprocessor.close()])),
  };
}
