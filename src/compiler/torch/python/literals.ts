/** Python's text of a float: always with a point, an exponent or a call, so that it stays a float. */
export function floatLiteral(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")';
  if (Object.is(value, -0)) return '-0.0';
  const text = Math.abs(value) < 1e-4 && value !== 0 ? value.toExponential() : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text.replace('e+', 'e');
}

/** A string literal in double quotes; all but printable ASCII is escaped, so that no name can end it or hide what it says. */
export function stringLiteral(value: string): string {
  return `"${Array.from(value, (character) => escaped(character, '"')).join('')}"`;
}

/** Text of a model for a comment or a docstring: one line, without double quotes, backslashes and what can't be seen; letters of all scripts stay. */
export function proseText(text: string): string {
  return Array.from(text, (character) => (character === '"' ? "'" : isProse(character) ? character : '?')).join('');
}

/** A docstring's line: what would end the string or escape something is replaced. Ours may quote, a model's text went through `proseText`. */
export function docstringText(line: string): string {
  return Array.from(line, (character) => (character === '"' || isProse(character) ? character : '?'))
    .join('')
    .replaceAll('""', "''")
    .replace(/"$/, "'");
}

function escaped(character: string, quote: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === quote || character === '\\') return `\\${character}`;
  if (character === '\n') return '\\n';
  if (code >= 0x20 && code < 0x7f) return character;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** Letters, marks, numbers, punctuation, symbols and plain spaces; no control, bidirectional or other invisible character. */
function isProse(character: string): boolean {
  return character === ' ' || (/^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character) && character !== '\\');
}
