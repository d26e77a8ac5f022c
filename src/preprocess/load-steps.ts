import { existsSync } from 'node:fs';
import { TorchliftError } from '../core/errors.ts';
import { checkJsonDepth } from '../core/json-depth.ts';
import { readTextFile } from '../core/read-text-file.ts';
import { PRESETS, parseSteps, type Step } from './steps.ts';

/** `--preprocess`: a preset's name, or a file with a list of steps. Errors: `file-not-found`, `malformed-file`. */
export function loadSteps(presetOrFile: string): readonly Step[] {
  if (Object.hasOwn(PRESETS, presetOrFile)) return PRESETS[presetOrFile] as readonly Step[];
  const expected = `Give --preprocess a preset (${Object.keys(PRESETS).join(', ')}) or a JSON file with a list of steps.`;
  if (!existsSync(presetOrFile))
    throw new TorchliftError('file-not-found', { what: 'is neither a preset nor a file', where: presetOrFile, remedy: expected });
  const text = readTextFile(presetOrFile, expected);
  let json: unknown;
  try {
    checkJsonDepth(text);
    json = JSON.parse(text);
  } catch (cause) {
    throw new TorchliftError('malformed-file', { what: `isn't JSON: ${(cause as Error).message}`, where: presetOrFile, remedy: expected, cause });
  }
  return parseSteps(json, presetOrFile);
}
