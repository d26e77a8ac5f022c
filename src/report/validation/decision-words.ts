import type { DecisionEvidence } from '../../bundle/evidence/agreement-evidence.ts';

/** `neutral`, with a policy `neutral (allow)`. */
export function decisionWords({ label, action }: DecisionEvidence): string {
  return action === null ? label : `${label} (${action})`;
}
