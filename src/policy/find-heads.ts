import { TorchliftError } from '../core/errors.ts';
import type { Head, HeadKind } from './head.ts';

export interface OutputDescription {
  readonly name: string;
  /** The batch first; names where a size is free. */
  readonly shape: readonly (number | string)[];
  /** From the manifest; null or absent where the graph doesn't say. */
  readonly head?: HeadKind | null;
}

/**
 * The outputs from which decisions are read: those of shape [N] or [N, …, units] with ones between. Where the manifest doesn't know the kind, it
 * is read off `seen`, the first rows of each output in C order: rows that sum to 1 are a softmax, numbers in 0…1 are sigmoids, the rest is linear.
 *
 * Errors: `unsupported` where no output can be decided, `usage` where `classes` fit none.
 */
export function findHeads(outputs: readonly OutputDescription[], classes: readonly string[] | null, seen: readonly Float32Array[]): readonly Head[] {
  const heads = outputs.flatMap(({ name, shape, head }, output): Head[] => {
    const units = unitsOf(shape);
    if (units === undefined) return [];
    const kind = head ?? kindOf(seen[output] ?? new Float32Array(), units);
    return [{ name, output, kind, units, classes: classNames(classes, units), knownFrom: head ? 'manifest' : 'scores' }];
  });
  if (heads.length === 0) {
    throw new TorchliftError('unsupported', {
      what: 'no output from which a decision could be read',
      details: outputs.map(({ name, shape }) => `${name} has the shape [${shape.join(', ')}]`),
      remedy: 'Decisions are read from outputs of shape [N] or [N, classes].',
    });
  }
  if (classes !== null && !heads.some(({ units }) => fits(classes, units))) {
    throw new TorchliftError('usage', {
      what: `${classes.length} classes (${classes.join(', ')}) for outputs of ${heads.map(({ units }) => units).join(', ')} scores`,
      where: 'classes',
      remedy: 'Name one class for each score, in their order; two for a single score.',
    });
  }
  return heads;
}

/** The last size, where all between it and the batch are 1; undefined for a map of decisions or a free size. */
function unitsOf([, ...sizes]: readonly (number | string)[]): number | undefined {
  const units = sizes.at(-1) ?? 1;
  return typeof units === 'number' && units > 0 && sizes.slice(0, -1).every((size) => size === 1) ? units : undefined;
}

function fits(classes: readonly string[], units: number): boolean {
  return classes.length === units || (units === 1 && classes.length === 2);
}

function classNames(classes: readonly string[] | null, units: number): readonly string[] {
  if (classes !== null && fits(classes, units) && !(units === 1 && classes.length === 1)) return classes;
  if (units > 1) return Array.from({ length: units }, (_, unit) => `class ${unit}`);
  const [only] = classes !== null && classes.length === 1 ? classes : ['positive'];
  return [`not ${only}`, only as string];
}

/** Float32 shares of up to a few thousand classes, rounded to half precision on the way, still sum to 1 within this. */
const SUM_TOLERANCE = 5e-3;

function kindOf(seen: Float32Array, units: number): HeadKind {
  const finite = seen.filter(Number.isFinite);
  // Nothing seen says nothing: the reading that can't certify an argmax of a single unit, and names the most classes.
  if (finite.length === 0) return units === 1 ? 'sigmoid' : 'linear';
  if (finite.some((score) => score < 0 || score > 1)) return 'linear';
  if (units === 1) return 'sigmoid';
  for (let row = 0; row + units <= seen.length; row += units) {
    const sum = seen.subarray(row, row + units).reduce((total, score) => total + score, 0);
    if (Math.abs(sum - 1) > SUM_TOLERANCE) return 'sigmoid';
  }
  return 'softmax';
}
