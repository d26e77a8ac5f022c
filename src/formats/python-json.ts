/** Deeper than any real model (a nested model adds about four levels), and far from what overflows the stack of code that recurses. */
const MAX_DEPTH = 512;

/** A string, or one of the three words Python's `json.dumps` writes for floats that JSON lacks. */
const STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gs;
const NAN_MARK = '\u0000NaN';

/**
 * Parses JSON as Python writes it: `NaN`, `Infinity` and `-Infinity` become the numbers they name.
 * Throws SyntaxError, also when lists and objects are nested deeper than `MAX_DEPTH`.
 */
export function parsePythonJson(text: string): unknown {
  checkDepth(text);
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

function checkDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > MAX_DEPTH) throw new SyntaxError(`nested more than ${MAX_DEPTH} levels deep`);
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
}
