import type { Policy } from './policy.ts';

/** A threshold that was found for one that the policy has; null where there were no samples to find it from. */
export interface NewThreshold {
  readonly class: string;
  readonly action: string | null;
  readonly threshold: number | null;
}

export interface Rewritten {
  readonly policy: Policy;
  readonly changed: readonly NewThreshold[];
  /** There were no samples to find it from, or no rule of the policy holds such a threshold. */
  readonly left: readonly NewThreshold[];
}

/**
 * The policy with other thresholds where they were found; scores outside of 0…1 are cut to it. The threshold of a sigmoid's unit whose class has an
 * action (from 0.5 on) becomes that action's.
 */
export function withThresholds(policy: Policy, thresholds: readonly NewThreshold[]): Rewritten {
  const rules = { ...policy.rules };
  const changed: NewThreshold[] = [];
  const left: NewThreshold[] = [];
  for (const found of thresholds) {
    const { class: name, action, threshold } = found;
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    const at = threshold === null ? undefined : Math.min(1, Math.max(0, threshold));
    if (at !== undefined && typeof rule === 'object' && action !== null && Object.hasOwn(rule, action)) rules[name] = { ...rule, [action]: at };
    else if (at !== undefined && action === null && (rule === 'review' || rule === 'block')) rules[name] = { [rule]: at };
    else {
      left.push(found);
      continue;
    }
    changed.push(found);
  }
  return { policy: { ...policy, rules }, changed, left };
}
