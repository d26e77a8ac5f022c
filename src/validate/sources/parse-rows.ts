/** One row of a tensor with a name. The sizes leave out the batch; a name stands for a free one. */
export interface RowShape {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** One image of twice the megapixels that any pipeline takes. Lists of different lengths could claim any number. */
const MAX_NUMBERS = 128 << 20;

/**
 * The rows of JSON for one sample: for a single tensor nested lists; for several a list of those in order, or an object by name, which a single
 * one may be too. Returns the numbers in C order, or what is wrong.
 */
export function parseRows(value: unknown, tensors: readonly RowShape[]): readonly Float32Array[] | string {
  const parts = partsOf(value, tensors);
  if (typeof parts === 'string') return parts;
  const rows: Float32Array[] = [];
  for (const [index, { name, shape }] of tensors.entries()) {
    const row = parseRow(parts[index], shape);
    if (typeof row === 'string') return tensors.length === 1 ? row : `${name}: ${row}`;
    rows.push(row);
  }
  return rows;
}

function partsOf(value: unknown, tensors: readonly RowShape[]): readonly unknown[] | string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const unknown = Object.keys(value).find((name) => !tensors.some((tensor) => tensor.name === name));
    if (unknown !== undefined) return `${JSON.stringify(unknown).slice(0, 60)} is none of ${tensors.map(({ name }) => name).join(', ')}`;
    const missing = tensors.find(({ name }) => !Object.hasOwn(value, name));
    return missing === undefined ? tensors.map(({ name }) => (value as Record<string, unknown>)[name]) : `${missing.name} is missing`;
  }
  if (tensors.length === 1) return [value];
  if (!Array.isArray(value) || value.length !== tensors.length)
    return `expected a list of ${tensors.length}: ${tensors.map(({ name }) => name).join(', ')}`;
  return value;
}

/** Flattens nested lists. A batch of one around them is taken off: servers answer so. */
function parseRow(value: unknown, shape: readonly (number | string)[]): Float32Array | string {
  const sizes: number[] = [];
  for (let part = value; Array.isArray(part); part = part[0]) sizes.push(part.length);
  const fits = (found: readonly number[]) =>
    found.length === shape.length && found.every((size, axis) => typeof shape[axis] === 'string' || size === shape[axis]);
  const [first, ...rest] = sizes;
  const isBatch = first === 1 && !fits(sizes) && fits(rest);
  if (!fits(sizes) && !isBatch) return `has the shape [${sizes.join(', ')}], expected [${shape.join(', ')}]`;
  const count = sizes.reduce((product, size) => product * size, 1);
  if (count > MAX_NUMBERS) return `would hold ${count} numbers, at most ${MAX_NUMBERS} are read`;
  const row = new Float32Array(count);
  let filled = 0;
  const fill = (part: unknown, axis: number): string | undefined => {
    if (axis === sizes.length) {
      if (typeof part !== 'number') return `holds ${JSON.stringify(part)?.slice(0, 40)} where a number is expected`;
      row[filled++] = part;
      return undefined;
    }
    if (!Array.isArray(part) || part.length !== sizes[axis]) return 'has lists of different lengths';
    for (const item of part) {
      const wrong = fill(item, axis + 1);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
  return fill(value, 0) ?? row;
}
