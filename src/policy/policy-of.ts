import { loadPolicy } from './load-policy.ts';
import { type Policy, parsePolicy } from './policy.ts';

/** What a manifest says of it. */
export interface OwnPolicy {
  readonly policy: unknown;
  readonly classes: readonly string[] | null;
}

/** The policy that is to hold: the file's where one is named, else the bundle's own; null where there is none. Errors: those of their readers. */
export function policyOf(path: string | undefined, { policy, classes }: OwnPolicy): Policy | null {
  const known = classes ?? undefined;
  if (path !== undefined) return loadPolicy(path, known);
  return policy === null || policy === undefined ? null : parsePolicy(policy, 'manifest.json: policy', known);
}
