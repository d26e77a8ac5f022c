/**
 * Every error a user can meet, in one catalogue: a stable code and the exit code of the command that ends with it.
 * `docs/errors.md` explains each; a test fails if the page lacks a code or invents one.
 */
export const ERRORS = {
  usage: 2,
  'file-not-found': 2,
  'bundle-exists': 2,
  'unsafe-lambda': 4,
  'unsafe-file': 4,
  'not-a-model': 5,
  'malformed-file': 5,
  'malformed-config': 5,
  'malformed-weights': 5,
  'hash-mismatch': 5,
  'limit-exceeded': 6,
  unsupported: 7,
  'weights-only': 7,
  'runtime-unavailable': 7,
  'worker-failed': 70,
  internal: 70,
  io: 74,
  interrupted: 130,
} as const;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorParts {
  /** What is wrong, got against expected; one sentence without a full stop. */
  what: string;
  /** File, and the place in it: a byte offset, a dataset's path, a layer's name. */
  where?: string;
  /** What the user can do next. */
  remedy?: string;
  /** One line for each of several findings (all unsupported layers, say). */
  details?: readonly string[];
  cause?: unknown;
}

/** An error that is the user's to mend. Printed without a stack; `exitCode` ends the command. */
export class TorchliftError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly what: string;
  readonly where: string | undefined;
  readonly remedy: string | undefined;
  readonly details: readonly string[];

  constructor(code: ErrorCode, parts: ErrorParts) {
    super(formatMessage(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'TorchliftError';
    this.code = code;
    this.exitCode = ERRORS[code];
    this.what = parts.what;
    this.where = parts.where;
    this.remedy = parts.remedy;
    this.details = parts.details ?? [];
  }
}

function formatMessage({ what, where, remedy, details = [] }: ErrorParts): string {
  const head = where === undefined ? what : `${where}: ${what}`;
  const list = details.map((line) => `\n  - ${line}`).join('');
  return `${head}${list}${remedy === undefined ? '' : `\n  ${remedy}`}`;
}

/** Asserts what the code itself promises; a failure is a bug of ours, exit code 70. */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) throw new TorchliftError('internal', { what });
}
