import { TorchliftError } from '../../core/errors.ts';

/** `invariant` for checks that run for every node: the message is only made where it is needed. */
export function legal(condition: unknown, what: () => string): asserts condition {
  if (!condition) throw new TorchliftError('internal', { what: what() });
}
