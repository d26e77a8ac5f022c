import { TorchliftError } from '../core/errors.ts';
import { SupervisedWorker, type Supervision } from './supervised-worker.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

export interface LoadOptions {
  /** Which host the process is. */
  readonly engine: string;
  readonly python: string;
  /** What its `load` is given. */
  readonly load: Readonly<Record<string, unknown>>;
  /** Replaces a worker that dies or hangs; where omitted, every request after that fails. */
  readonly supervision: Supervision | undefined;
}

/** A worker with its host loaded, and what `load` answered last. One that is lost meanwhile has one retry where it is supervised. Errors: `worker-failed`. */
export async function loadWorker({ engine, python, load, supervision }: LoadOptions) {
  let loaded: Readonly<Record<string, unknown>> = {};
  // Another worker would refuse it too.
  let wasRefused = false;
  const start = async (deadlineMs?: number): Promise<WorkerProcess> => {
    wasRefused = false;
    const worker = await startWorkerProcess(engine, python);
    const hung = deadlineMs === undefined ? undefined : setTimeout(() => worker.kill(`wasn't ready within ${deadlineMs / 1000} s`), deadlineMs);
    try {
      ({ header: loaded } = await worker.request('load', load, []));
      return worker;
    } catch (error) {
      wasRefused = !worker.ended;
      await worker.close();
      throw error;
    } finally {
      clearTimeout(hung);
    }
  };
  const startTwice = async (deadlineMs: number): Promise<WorkerProcess> => {
    try {
      return await start(deadlineMs);
    } catch (error) {
      if (wasRefused || !(error instanceof TorchliftError)) throw error;
      supervision?.onRestart?.(error.what);
      return start(deadlineMs);
    }
  };
  const worker = supervision === undefined ? await start() : await SupervisedWorker.start(startTwice, supervision);
  return { worker, loaded };
}
