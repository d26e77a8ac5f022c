/** A number or nested lists of numbers from a config, as a tensor. */
export interface Literal {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Deeper nesting than any tensor here has. */
const MAX_RANK = 8;

/** Undefined where it is neither a number nor an even nesting of lists. */
export function readLiteral(value: unknown, depth = 0): Literal | undefined {
  if (typeof value === 'number') return { shape: [], data: [value] };
  if (!Array.isArray(value) || value.length === 0 || depth >= MAX_RANK) return undefined;
  const data: number[] = [];
  let inner: readonly number[] | undefined;
  for (const item of value) {
    const literal = readLiteral(item, depth + 1);
    if (literal === undefined) return undefined;
    inner ??= literal.shape;
    if (literal.shape.length !== inner.length || literal.shape.some((size, axis) => size !== (inner as readonly number[])[axis])) return undefined;
    for (const number of literal.data) data.push(number);
  }
  return { shape: [value.length, ...(inner ?? [])], data };
}
