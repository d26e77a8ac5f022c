import type { Manifest } from '../bundle/manifest.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { type Policy, parsePolicy } from '../policy/policy.ts';

/** The policy of a validation: the file's where one is named, else the bundle's own; null where there is none. Errors: those of their readers. */
export function policyOf(path: string | undefined, manifest: Manifest): Policy | null {
  const classes = manifest.classes ?? undefined;
  if (path !== undefined) return loadPolicy(path, classes);
  return manifest.policy === null || manifest.policy === undefined ? null : parsePolicy(manifest.policy, 'manifest.json: policy', classes);
}
