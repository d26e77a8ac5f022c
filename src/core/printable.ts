/**
 * Text from a file as a terminal may show it: control characters (an escape sequence among them) and the marks of undecodable bytes become
 * visible codes. A line break stays one where `lines` says so.
 */
export function printable(text: string, { lines = false } = {}): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]/g, (character) => {
    if (character === '\n' && lines) return character;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
