import { statSync } from 'node:fs';
import { TorchliftError } from '../core/errors.ts';
import { readKerasH5 } from '../formats/hdf5/keras-h5.ts';
import { openWorker, type WorkerEngine, type WorkerOptions } from './worker-engine.ts';

const REMEDY = 'Name the original model, a Keras .h5 file with its architecture, with --reference.';

/**
 * Starts TensorFlow with the original model. What it couldn't load anyway is told before it is started. Errors: as of `checkTensorflowModel`, those of
 * `openWorker`.
 */
export async function openTensorflow(options: Omit<WorkerOptions, 'engine'>): Promise<WorkerEngine> {
  await checkTensorflowModel(options.model);
  return openWorker({ engine: 'tensorflow', ...options });
}

/** That a file is a Keras `.h5` with its architecture. Errors: `file-not-found`, `not-a-model`, `malformed-file`, `weights-only`. */
export async function checkTensorflowModel(where: string): Promise<void> {
  const file = statSync(where, { throwIfNoEntry: false });
  if (file === undefined) throw new TorchliftError('file-not-found', { what: 'there is no such file', where, remedy: REMEDY });
  if (!file.isFile()) throw new TorchliftError('not-a-model', { what: "isn't a Keras .h5 file", where, remedy: REMEDY });
  const { config, close } = await readKerasH5(where);
  close();
  if (config === undefined) throw new TorchliftError('weights-only', { what: 'has weights and no architecture', where, remedy: REMEDY });
}
