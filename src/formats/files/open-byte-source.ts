import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { TorchliftError } from '../../core/errors.ts';
import { type ByteSource, checkRange } from './byte-source.ts';

/** Linux moves at most 2,147,479,552 bytes in one call, and Node refuses 2 GiB and more. */
const MAX_READ_BYTES = 1 << 30;

/** Opens a regular file for reading by position. Errors: `file-not-found`, `not-a-model` (a folder, a pipe), `io`. */
export function openByteSource(path: string): ByteSource {
  const name = basename(path);
  const stat = orReadError(path, () => statSync(path));
  // A pipe or a device would block or never end.
  if (!stat.isFile()) {
    throw new TorchliftError('not-a-model', { what: 'this is not a regular file', where: path, remedy: 'Give the path of the file itself.' });
  }
  const file = orReadError(path, () => openSync(path, 'r'));
  const sizeBytes = stat.size;
  let open = true;
  return {
    name,
    sizeBytes,
    read(offset, length) {
      checkRange(name, sizeBytes, offset, length);
      // Not from Node's shared pool: a tensor's bytes must not keep other buffers alive, and start aligned for any typed array.
      const bytes = Buffer.allocUnsafeSlow(length);
      for (let done = 0; done < length; ) {
        const count = orReadError(path, () => readSync(file, bytes, done, Math.min(length - done, MAX_READ_BYTES), offset + done));
        if (count === 0) {
          throw new TorchliftError('malformed-file', {
            what: `the file ended at byte ${offset + done} while it was read; it had ${sizeBytes} bytes when it was opened`,
            where: name,
            remedy: 'Something writes to the file. Wait until it is complete.',
          });
        }
        done += count;
      }
      return bytes;
    },
    close() {
      if (open) closeSync(file);
      open = false;
    },
  };
}

function orReadError<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'error';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new TorchliftError('file-not-found', { what: 'there is no such file', where: path, remedy: 'Check the path.', cause });
    }
    throw new TorchliftError('io', { what: `can't read (${code})`, where: path, remedy: 'Check the permissions and the disk.', cause });
  }
}
