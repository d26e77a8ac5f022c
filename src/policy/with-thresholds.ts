import type { Policy } from './policy.ts';

/** A threshold that was found for one that the policy has; null where there were no samples to find it from. */
export interface NewThreshold {
  readonly class: string;
  readonly action: string | null;
  readonly threshold: number | null;
}

/**
 * The policy with other thresholds where it has some, and how many these are. Those of no action (a sigmoid's plain 0.5) stand in no policy and
 * change nothing, nor do those that weren't found; scores outside of 0…1 are cut to it.
 */
export function withThresholds(policy: Policy, thresholds: readonly NewThreshold[]): { readonly policy: Policy; readonly changed: number } {
  const rules = { ...policy.rules };
  let changed = 0;
  for (const { class: name, action, threshold } of thresholds) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (threshold === null || typeof rule !== 'object' || action === null || !Object.hasOwn(rule, action)) continue;
    rules[name] = { ...rule, [action]: Math.min(1, Math.max(0, threshold)) };
    changed += 1;
  }
  return { policy: { ...policy, rules }, changed };
}
