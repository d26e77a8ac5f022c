import { printable } from './printable.ts';

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
  'probe-mismatch': 5,
  'limit-exceeded': 6,
  unsupported: 7,
  'weights-only': 7,
  'runtime-unavailable': 7,
  'malformed-message': 5,
  'worker-failed': 70,
  'remote-failed': 74,
  'remote-refused': 74,
  overloaded: 74,
  'deadline-exceeded': 74,
  'refused-input': 5,
  'unsupported-image': 5,
  'image-too-large': 6,
  'not-finite': 70,
  unauthenticated: 2,
  forbidden: 2,
  'not-found': 2,
  'poison-input': 5,
  cancelled: 130,
  internal: 70,
  io: 74,
  interrupted: 130,
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** What to do where the place that throws knows nothing better. */
const REMEDIES: Readonly<Record<Exclude<ErrorCode, 'internal'>, string>> = {
  usage: 'See torchlift --help.',
  'file-not-found': 'Check the path.',
  'bundle-exists': 'Use --force to replace it, or -o to choose another folder.',
  'unsafe-lambda': 'Replace what holds code by layers of Keras, and save the model again.',
  'unsafe-file': 'Save the model again, whole and into one file, on a machine you trust.',
  'not-a-model': 'Give a Keras .h5 or .hdf5 file, a tfjs model.json, or an .onnx, .safetensors or .pt file.',
  'malformed-file': 'The file is damaged or was edited. Copy it again, or save the model again.',
  'malformed-config': 'The file was edited or damaged; save the model again from Keras.',
  'malformed-weights': 'Save the whole model again from Keras.',
  'hash-mismatch': 'Convert the model again, and find out who changed the file.',
  'probe-mismatch':
    'Install the runtime again with the versions that are pinned, or go on with --allow-other-pixels: the scores may differ a little.',
  'limit-exceeded': 'If the file is genuine, please report it.',
  unsupported: 'Rebuild that part from what docs/supported.md lists, and save the model again.',
  'weights-only': 'Give the architecture (model.to_json()) with --architecture model.json.',
  'runtime-unavailable': 'Install a Python that suits, or name one (docs/errors.md).',
  'worker-failed': 'Check the model in its own framework.',
  'malformed-message': 'Check that both sides speak the same protocol.',
  'remote-failed': 'Check the address and the server, and try again.',
  'remote-refused': "Check the model's name and version in the address, and that the inputs are what it takes.",
  overloaded: 'Try again in a moment, or add workers.',
  'deadline-exceeded': 'Allow more time, or add workers.',
  'poison-input': 'Send another one, and look into the log for what the workers died of.',
  'refused-input': 'Send an input that the model takes.',
  'unsupported-image': 'Send a JPEG, PNG, GIF or BMP.',
  'image-too-large': 'Send it scaled down.',
  'not-finite': 'Look into the model: a score that is no number decides nothing.',
  unauthenticated: 'Send an API key, as Authorization: Bearer ….',
  forbidden: 'Use a key with the scope that is named.',
  'not-found': 'Check the address, and the name and version of the model.',
  cancelled: 'Ask again.',
  io: 'Check the disk, the permissions and the network, and try again.',
  interrupted: 'Run the command again.',
};

export interface ErrorParts {
  /** What is wrong, got against expected; one sentence without a full stop. */
  what: string;
  /** File, and the place in it: a byte offset, a dataset's path, a layer's name. */
  where?: string;
  /** What the user can do next; where omitted, what holds for every error of the code. */
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

  constructor(code: ErrorCode, { remedy = code === 'internal' ? undefined : REMEDIES[code], ...given }: ErrorParts) {
    const parts = {
      ...given,
      what: printable(given.what, { lines: true }),
      details: (given.details ?? []).map((line) => printable(line)),
      ...(given.where !== undefined && { where: printable(given.where) }),
      remedy: remedy && printable(remedy, { lines: true }),
    };
    super(formatMessage(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'TorchliftError';
    this.code = code;
    this.exitCode = ERRORS[code];
    this.what = parts.what;
    this.where = parts.where;
    this.remedy = parts.remedy;
    this.details = parts.details;
  }
}

function formatMessage({ what, where, remedy, details = [] }: Omit<ErrorParts, 'remedy'> & { remedy: string | undefined }): string {
  const head = where === undefined ? what : `${where}: ${what}`;
  const list = details.map((line) => `\n  - ${line}`).join('');
  return `${head}${list}${remedy === undefined ? '' : `\n  ${remedy}`}`;
}

/** Asserts what the code itself promises; a failure is a bug of ours, exit code 70. */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) throw new TorchliftError('internal', { what });
}
