import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orDiskError } from '../../bundle/file-sink.ts';

/**
 * Fingerprints outside of memory: 100,000 of them are 307 MB, and of those that differ hardly one is ever read again. The file has no
 * name once it is open, so nothing is left behind however the process ends.
 */
export class FingerprintFile {
  readonly #file: number;
  readonly #bytes: number;
  readonly #buffer: Uint8Array;
  #count = 0;

  /** `bytes`: of one fingerprint. Errors: `io`. */
  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#buffer = new Uint8Array(bytes);
    const folder = orDiskError(tmpdir(), () => mkdtempSync(join(tmpdir(), 'torchlift-')));
    try {
      this.#file = orDiskError(folder, () => openSync(join(folder, 'fingerprints'), 'wx+', 0o600));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  append(fingerprint: Uint8Array): void {
    orDiskError(tmpdir(), () => {
      for (let done = 0; done < this.#bytes; ) {
        done += writeSync(this.#file, fingerprint, done, this.#bytes - done, this.#count * this.#bytes + done);
      }
    });
    this.#count += 1;
  }

  /** Valid until the next call. */
  read(index: number): Uint8Array {
    orDiskError(tmpdir(), () => {
      for (let done = 0; done < this.#bytes; ) {
        done += readSync(this.#file, this.#buffer, done, this.#bytes - done, index * this.#bytes + done);
      }
    });
    return this.#buffer;
  }

  close(): void {
    closeSync(this.#file);
  }
}
