import { checkJsonDepth } from '../core/json-depth.ts';

/** A string, or one of the three words Python's `json.dumps` writes for floats that JSON lacks. */
const STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gs;
const NAN_MARK = '\u0000NaN';

/**
 * Parses JSON as Python writes it: `NaN`, `Infinity` and `-Infinity` become the numbers they name.
 * Throws SyntaxError, also when lists and objects are nested too deep.
 */
export function parsePythonJson(text: string): unknown {
  checkJsonDepth(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/Infinity|NaN/.test(text)) throw error;
    // 1e999 overflows to Infinity, as IEEE 754 wants; for NaN JSON has no spelling, so a mark that is replaced after.
    const mended = text.replace(STRING_OR_WORD, (token) => {
      if (token.startsWith('"')) return token;
      return token === 'NaN' ? '"\\u0000NaN"' : token.replace('Infinity', '1e999');
    });
    return JSON.parse(mended, (_key, value) => (value === NAN_MARK ? Number.NaN : value));
  }
}
