import { createReadStream } from 'node:fs';
import { TorchliftError } from '../../core/errors.ts';

/** An image of 20 megapixels as JSON numbers of a few digits; far below what one string can hold. */
const MAX_LINE_BYTES = 256 << 20;

/** The lines of a file that may be larger than memory, numbered from 1; empty ones are left out. Errors: `file-not-found`, `limit-exceeded`. */
export async function* readLines(path: string, expected: string): AsyncGenerator<{ readonly line: number; readonly text: string }> {
  let parts: Buffer[] = [];
  let bytes = 0;
  let line = 1;
  const finish = () => {
    const text = Buffer.concat(parts).toString('utf8').trim();
    [parts, bytes] = [[], 0];
    return { line: line++, text };
  };
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
        parts.push(chunk.subarray(from, end));
        from = end + 1;
        const done = finish();
        if (done.text !== '') yield done;
      }
      parts.push(chunk.subarray(from));
      bytes += chunk.length - from;
      if (bytes > MAX_LINE_BYTES)
        throw new TorchliftError('limit-exceeded', { what: `line ${line} is longer than ${MAX_LINE_BYTES} bytes`, where: path, remedy: expected });
    }
  } catch (cause) {
    if (cause instanceof TorchliftError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const what = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'is a folder, not a file' : `can't be read (${code})`;
    throw new TorchliftError('file-not-found', { what, where: path, remedy: expected, cause });
  }
  const last = finish();
  if (last.text !== '') yield last;
}
