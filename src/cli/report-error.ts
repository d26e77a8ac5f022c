import { ERRORS, TorchliftError } from '../core/errors.ts';
import { version } from '../core/version.ts';

const ISSUES = 'https://github.com/torchlift/torchlift/issues/new';

/** Prints an error for people (or as JSON on standard output) and says which exit code it has. */
export function reportError(error: unknown, json: boolean): number {
  const known = error instanceof TorchliftError && error.code !== 'internal' ? error : undefined;
  const exitCode = known?.exitCode ?? ERRORS.internal;
  if (json) {
    const { code, what, where, remedy, details } = known ?? {
      code: 'internal' as const,
      what: String(error),
      where: undefined,
      remedy: undefined,
      details: [],
    };
    process.stdout.write(
      `${JSON.stringify({ schema: 1, error: { code, exitCode, what, where: where ?? null, remedy: remedy ?? null, details } })}\n`,
    );
  }
  process.stderr.write(
    known === undefined
      ? internalReport(error)
      : `torchlift: ${known.message}\n  [${known.code}, exit code ${exitCode}; docs/errors.md explains it]\n`,
  );
  return exitCode;
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
