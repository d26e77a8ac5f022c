import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { ERRORS, type ErrorCode } from '../../src/core/errors.ts';
import { type CliOptions, runCli } from './run-cli.ts';

export interface Refusal {
  readonly code: ErrorCode;
  /** What the message must name: the file, the place in it, what was found. */
  readonly names: readonly (string | RegExp)[];
}

export interface ReportedError {
  readonly code: string;
  readonly exitCode: number;
  readonly what: string;
  readonly where: string;
  readonly remedy: string;
  readonly details: readonly string[];
}

const STACK = /^\s+at .+[:(]\d+|node:internal|\bnode_modules\b|this is a bug/m;

/**
 * Runs a command that must be refused, in `folder`, and checks all that holds for every refusal: the exit code, one JSON object on standard
 * output and the same as a message on standard error, with file, place and remedy and without a stack, and that the folder's files stay as
 * they were. Gives the error.
 */
export async function expectRefusal(
  folder: string,
  args: readonly string[],
  { code, names }: Refusal,
  options: CliOptions = {},
): Promise<ReportedError> {
  const before = listing(folder);
  const { exitCode, stdout, stderr } = await runCli([...args, '--json'], { cwd: folder, ...options });
  expect(stderr).not.toMatch(STACK);
  expect({ exitCode, ending: stderr.slice(-300) }).toEqual({
    exitCode: ERRORS[code],
    ending: expect.stringContaining(`[${code}, exit code ${ERRORS[code]};`),
  });
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  const { schema, error } = JSON.parse(stdout) as { schema: number; error: ReportedError };
  expect(schema).toBe(1);
  expect(error).toMatchObject({ code, exitCode, what: expect.any(String), where: expect.any(String), remedy: expect.any(String) });
  for (const part of [error.what, error.where, error.remedy, ...error.details]) {
    expect(part).not.toBe('');
    expect(stderr).toContain(part);
  }
  const message = `${error.where}: ${error.what}\n${error.details.join('\n')}`;
  for (const name of names) {
    if (typeof name === 'string') expect(message).toContain(name);
    else expect(message).toMatch(name);
  }
  expect(listing(folder)).toEqual(before);
  return error;
}

function listing(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}
