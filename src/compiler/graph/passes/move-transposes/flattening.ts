import type { CallId, Node } from '../../graph.ts';

/** What became of features out of order, for the taps: who took their order in, or what was made of them. */
export interface Flattening {
  /** The call whose kernel took the order in. */
  absorber?: CallId | undefined;
  /** The first node that read them and left their order as it is. */
  next?: { readonly call: CallId | undefined; readonly flattening: Flattening };
}

/** What `node` makes of features with these histories. */
export function follow(sources: readonly Flattening[], node: Node): Flattening {
  const flattening: Flattening = {};
  for (const source of sources) source.next ??= { call: node.calls[0], flattening };
  return flattening;
}

/** The call that a tap on these features is absorbed by: the one that took the order in, else the first other one that went on with them. */
export function absorberOf(flattening: Flattening, own: CallId): CallId | undefined {
  let after: CallId | undefined;
  for (let current: Flattening | undefined = flattening; current !== undefined; current = current.next?.flattening) {
    if (current.absorber !== undefined && current.absorber !== own) return current.absorber;
    if (current.next?.call !== own) after ??= current.next?.call;
  }
  return after;
}
