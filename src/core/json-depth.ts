/** Deeper than any real model (a nested model adds about four levels), and far from what overflows the stack of code that recurses. */
const MAX_DEPTH = 512;

/** Throws SyntaxError where lists and objects of a JSON text are nested deeper than `MAX_DEPTH`. */
export function checkJsonDepth(text: string): void {
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
