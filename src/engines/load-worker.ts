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

/** A worker with its host loaded, and what `load` answered last. Errors: `worker-failed`. */
export async function loadWorker({ engine, python, load, supervision }: LoadOptions) {
  let loaded: Readonly<Record<string, unknown>> = {};
  const start = async (deadlineMs?: number): Promise<WorkerProcess> => {
    const worker = await startWorkerProcess(engine, python);
    const hung = deadlineMs === undefined ? undefined : setTimeout(() => worker.kill(`wasn't ready within ${deadlineMs / 1000} s`), deadlineMs);
    try {
      ({ header: loaded } = await worker.request('load', load, []));
      return worker;
    } catch (error) {
      await worker.close();
      throw error;
    } finally {
      clearTimeout(hung);
    }
  };
  const worker = supervision === undefined ? await start() : await SupervisedWorker.start(start, supervision);
  return { worker, loaded };
}
