import { TorchliftError } from '../core/errors.ts';
import { version } from '../core/version.ts';

const ISSUES = 'https://github.com/torchlift/torchlift/issues/new';

/** Prints an error for people (or as JSON on standard output) and says which exit code it has. */
export function reportError(error: unknown, json: boolean): number {
  const known = asTorchliftError(error);
  if (json) printErrorAsJson(known);
  process.stderr.write(
    known.code === 'internal'
      ? internalReport(error)
      : `torchlift: ${known.message}\n  [${known.code}, exit code ${known.exitCode}; docs/errors.md explains it]\n`,
  );
  return known.exitCode;
}

/** One object on standard output, as docs/errors.md has it. */
export function printErrorAsJson({ code, exitCode, what, where, remedy, details }: TorchliftError): void {
  process.stdout.write(`${JSON.stringify({ schema: 1, error: { code, exitCode, what, where: where ?? null, remedy: remedy ?? null, details } })}\n`);
}

function asTorchliftError(error: unknown): TorchliftError {
  if (error instanceof TorchliftError) return error;
  const { syscall, code, path } = error as NodeJS.ErrnoException;
  // The operating system said no: to a file that vanished under us, say. That is no bug.
  if (error instanceof Error && syscall !== undefined && code !== undefined) {
    const where = path ?? syscall;
    return new TorchliftError('io', {
      what: `${syscall} failed (${code})`,
      where,
      remedy: 'Check the path, its permissions and the disk.',
      cause: error,
    });
  }
  return new TorchliftError('internal', { what: String(error), cause: error });
}

/** A bug of ours: a ready issue instead of a bare stack. */
function internalReport(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    'torchlift: this is a bug in Torchlift, not in your file. Nothing was left half-written.',
    `  Please report it at ${ISSUES} with these lines:`,
    '',
    `  torchlift ${version()}, Node ${process.version}, ${process.platform} ${process.arch}`,
    `  command: torchlift ${process.argv.slice(2).join(' ')}`,
    ...stack.split('\n').map((line) => `  ${line}`),
    '',
  ].join('\n');
}
