import { pythonIdentifiers } from '../../graph/python-identifiers.ts';
import type { Variable } from '../program.ts';

/** A local name for each variable, by id: the hint made an identifier, with a number where it comes again. */
export function variableNames(variables: readonly Variable[]): ReadonlyMap<number, string> {
  const counts = new Map<string, number>();
  const hints = new Map<number, string>();
  for (const { id, name } of variables) {
    if (hints.has(id)) continue;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    // A NUL can't come from a layer's name as Keras writes it, so that `x` numbered never meets another layer `x_2` here.
    hints.set(id, count === 1 ? name : `${name}\0${count}`);
  }
  const identifiers = pythonIdentifiers(hints.values());
  return new Map([...hints].map(([id, hint]) => [id, identifiers.get(hint) ?? hint]));
}
