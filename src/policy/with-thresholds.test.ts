import { expect, test } from 'vitest';
import type { Policy } from './policy.ts';
import { withThresholds } from './with-thresholds.ts';

test('only thresholds that the policy has are replaced', () => {
  const policy: Policy = { rules: { porn: 'block', drawing: { review: 0.6, block: 0.9 } }, gates: { minAgreement: { porn: 0.9 } } };
  const found = [
    { class: 'drawing', action: 'review', threshold: 0.58 },
    { class: 'drawing', action: 'block', threshold: null },
    { class: 'porn', action: null, threshold: 0.4 },
    { class: 'sexy', action: 'review', threshold: 0.4 },
  ];
  expect(withThresholds(policy, found)).toEqual({
    policy: { ...policy, rules: { porn: 'block', drawing: { review: 0.58, block: 0.9 } } },
    changed: 1,
  });
  expect(policy.rules.drawing).toEqual({ review: 0.6, block: 0.9 });
  expect(withThresholds(policy, [{ class: 'drawing', action: 'block', threshold: 1 + 1e-12 }]).policy.rules.drawing).toEqual({
    review: 0.6,
    block: 1,
  });
});
