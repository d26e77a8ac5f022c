/** Longer than any path that a model archive holds; bounds what a directory of many entries can cost. */
const MAX_NAME_BYTES = 4096;

/**
 * What is wrong with an entry's name, or undefined. Nothing is ever extracted by name, but a name that leaves its folder, or that two readers
 * take differently, has no business in a model. A folder's own entry ends with `/`.
 */
export function entryNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `is longer than ${MAX_NAME_BYTES} bytes`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(name)) return 'has control characters';
  if (name.includes('\\')) return 'has a backslash';
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) return 'is an absolute path';
  const parts = (name.endsWith('/') ? name.slice(0, -1) : name).split('/');
  if (parts.includes('..')) return 'leads out of its folder';
  if (parts.includes('.') || parts.includes('')) return 'has an empty or "." part';
  return undefined;
}
