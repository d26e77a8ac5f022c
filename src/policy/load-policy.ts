import { TorchliftError } from '../core/errors.ts';
import { checkJsonDepth } from '../core/json-depth.ts';
import { readTextFile } from '../core/read-text-file.ts';
import { EXPECTED_POLICY, type Policy, parsePolicy } from './policy.ts';

/** `--policy`: a JSON file. Errors: `file-not-found`, `malformed-file` naming the rule; a rule for a class that `classes` lacks is one. */
export function loadPolicy(path: string, classes: readonly string[] | undefined): Policy {
  const text = readTextFile(path, EXPECTED_POLICY);
  let json: unknown;
  try {
    checkJsonDepth(text);
    json = JSON.parse(text);
  } catch (cause) {
    throw new TorchliftError('malformed-file', {
      what: `isn't JSON: ${(cause as Error).message}`,
      where: path,
      remedy: EXPECTED_POLICY,
      cause,
    });
  }
  return parsePolicy(json, path, classes);
}
