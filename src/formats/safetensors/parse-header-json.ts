/** The header's object, a tensor's, its shape: 3. More, since readers ignore keys they don't know; few, since each level costs a parser memory. */
const MAX_DEPTH = 16;

/**
 * Parses a header's JSON more strictly than `JSON.parse`, which keeps the last of two equal keys where other readers keep the first.
 * Throws `SyntaxError`.
 */
export function parseHeaderJson(text: string): unknown {
  checkDepth(text);
  const value: unknown = JSON.parse(text);
  checkKeys(text);
  return value;
}

/** Before anything is parsed: a hundred million brackets would take gigabytes. Texts are passed over; what is no JSON, `JSON.parse` refuses. */
function checkDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth > MAX_DEPTH) throw new SyntaxError(`more than ${MAX_DEPTH} levels at character ${at}`);
  }
}

function checkKeys(text: string): void {
  /** The keys so far of every open object; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const start = at;
      at = endOfString(text, at);
      let next = at + 1;
      while (' \t\n\r'.includes(text[next] ?? '.')) next++;
      if (text[next] !== ':') continue;
      const key = JSON.parse(text.slice(start, at + 1)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) throw new SyntaxError(`the key ${JSON.stringify(key.slice(0, 200))} stands twice in one object`);
      keys?.add(key);
    }
  }
}

/** The closing quote's place, or the text's end. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
