import type { Decision } from '../../policy/decision.ts';
import type { Head } from '../../policy/head.ts';

/** What of no sigmoid is on. */
const NONE = 'none';

/** Every class a decision can name, `head: class` where there are several heads; `none` too where all sigmoids of a head can be off. */
export function allClassNames(heads: readonly Head[]): readonly string[] {
  return heads.flatMap((head) => [...head.classes, ...(canBeNone(head) ? [NONE] : [])].map((name) => named(heads, head, name)));
}

/** The classes that a decision names: one for each head, of several sigmoids each that is on. */
export function decidedClassNames(heads: readonly Head[], decision: Decision): readonly string[] {
  if (decision.kind === 'undecided') return [];
  return decision.heads.flatMap(({ classes }, index) => {
    const head = heads[index] as Head;
    return (classes.length === 0 ? [NONE] : classes.map((position) => head.classes[position] as string)).map((name) => named(heads, head, name));
  });
}

export function named(heads: readonly Head[], head: Head, name: string): string {
  return heads.length === 1 ? name : `${head.name}: ${name}`;
}

function canBeNone({ kind, units }: Head): boolean {
  return kind === 'sigmoid' && units > 1;
}
