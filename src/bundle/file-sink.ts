import { closeSync, openSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { TorchliftError } from '../core/errors.ts';

/** Small writes are gathered up to this size; larger chunks go straight through, uncopied. */
const BUFFER_BYTES = 1 << 20;

/** Writes one file from start to end. */
export class FileSink {
  readonly #path: string;
  readonly #file: number;
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #buffered = 0;
  #position = 0;

  /** Creates the file; it must not exist. `finalPath`: what it will be called, where that is what a user knows. Errors: `io`. */
  constructor(path: string, finalPath = path) {
    this.#path = finalPath;
    this.#file = orDiskError(finalPath, () => openSync(path, 'wx'));
  }

  /** Bytes written so far. */
  get position(): number {
    return this.#position;
  }

  write(chunk: Uint8Array): void {
    this.#position += chunk.byteLength;
    if (this.#buffered + chunk.byteLength > BUFFER_BYTES) this.#flush();
    if (chunk.byteLength > BUFFER_BYTES) {
      this.#put(chunk);
      return;
    }
    this.#buffer.set(chunk, this.#buffered);
    this.#buffered += chunk.byteLength;
  }

  /** Writes what is left and closes the file. */
  finish(): void {
    this.#flush();
    orDiskError(this.#path, () => closeSync(this.#file));
  }

  /** Closes without a result, after an error elsewhere. */
  abandon(): void {
    try {
      closeSync(this.#file);
    } catch {
      // The error that led here is the one to report.
    }
  }

  #flush(): void {
    if (this.#buffered > 0) this.#put(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }

  #put(bytes: Uint8Array): void {
    orDiskError(this.#path, () => {
      for (let done = 0; done < bytes.byteLength; ) done += writeSync(this.#file, bytes, done, bytes.byteLength - done);
    });
  }
}

/** What `action` gives, the file system's refusal as an `io` error. */
export function orDiskError<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw diskError(path, cause);
  }
}

/** A file system's refusal as an `io` error. */
export function diskError(path: string, cause: unknown): TorchliftError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'error';
  const remedies: Record<string, string> = {
    ENOSPC: 'The disk is full. Free some space, or write to another place with -o.',
    EDQUOT: 'The disk quota is used up. Free some space, or write to another place with -o.',
    EACCES: 'Permission was denied. Choose another place with -o.',
    EROFS: 'The file system is read-only. Choose another place with -o.',
    ENAMETOOLONG: 'The name is too long. Choose another one with -o.',
    ENOTDIR: 'A part of that path is a file. Choose another place with -o.',
  };
  return new TorchliftError('io', {
    what: `can't write (${code})`,
    where: basename(path),
    remedy: `${remedies[code] ?? 'Check the path and the disk, or choose another place with -o.'} Nothing was left behind.`,
    cause,
  });
}
