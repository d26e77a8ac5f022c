import { readFileSync } from 'node:fs';
import { TorchliftError } from '../core/errors.ts';
import { PRESETS, parseSteps, type Step } from './steps.ts';

/** `--preprocess`: a preset's name, or a file with a list of steps. Errors: `file-not-found`, `malformed-file`. */
export function loadSteps(presetOrFile: string): readonly Step[] {
  if (Object.hasOwn(PRESETS, presetOrFile)) return PRESETS[presetOrFile] as readonly Step[];
  let text: string;
  try {
    text = readFileSync(presetOrFile, 'utf8');
  } catch (cause) {
    throw new TorchliftError('file-not-found', {
      what: 'is neither a preset nor a file that can be read',
      where: presetOrFile,
      remedy: `Presets: ${Object.keys(PRESETS).join(', ')}.`,
      cause,
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new TorchliftError('malformed-file', { what: `isn't JSON: ${(cause as Error).message}`, where: presetOrFile, cause });
  }
  return parseSteps(json, presetOrFile);
}
