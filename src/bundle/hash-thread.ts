import { Worker } from 'node:worker_threads';
import { TorchliftError } from '../core/errors.ts';

/**
 * Hashes files on a second thread, while the first goes on with its work: SHA-256 of all that a conversion reads and writes takes longer
 * than the conversion's own arithmetic. Files are hashed in the order asked for.
 */
export class HashThread {
  readonly #worker: Worker;
  readonly #waiting: { readonly resolve: (sha256: string) => void; readonly reject: (error: Error) => void }[] = [];

  constructor() {
    // As text, since a worker's file would have another name in the sources than in the build.
    this.#worker = new Worker(`(${hashOnRequest.toString()})()`, { eval: true });
    this.#worker.unref();
    this.#worker.on('message', ({ sha256, error }: { sha256?: string; error?: string }) => {
      const waiting = this.#waiting.shift();
      if (sha256 !== undefined) waiting?.resolve(sha256);
      else
        waiting?.reject(
          new TorchliftError('io', {
            what: `can't be read back to be hashed: ${error}`,
            remedy: 'Check the disk, and that nothing else writes there.',
          }),
        );
    });
    this.#worker.on('error', (error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  /** SHA-256 of the files' bytes one after the other; hex. Errors: `io`. */
  sha256(paths: readonly string[]): Promise<string> {
    const result = new Promise<string>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    // Whoever asked may fail before they wait for it; that failure is then the one to report.
    result.catch(() => {});
    this.#worker.ref();
    this.#worker.postMessage(paths);
    return result;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** The worker's whole program: it has no imports of its own. */
function hashOnRequest(): void {
  const { parentPort } = process.getBuiltinModule('node:worker_threads');
  const { createHash } = process.getBuiltinModule('node:crypto');
  const { closeSync, openSync, readSync } = process.getBuiltinModule('node:fs');
  const buffer = Buffer.allocUnsafeSlow(4 << 20);
  parentPort?.on('message', (paths: readonly string[]) => {
    try {
      const hash = createHash('sha256');
      for (const path of paths) {
        const file = openSync(path, 'r');
        try {
          for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer)) hash.update(buffer.subarray(0, size));
        } finally {
          closeSync(file);
        }
      }
      parentPort.postMessage({ sha256: hash.digest('hex') });
    } catch (error) {
      parentPort.postMessage({ error: (error as Error).message });
    }
  });
}
