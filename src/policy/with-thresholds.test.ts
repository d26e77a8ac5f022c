import { expect, test } from 'vitest';
import type { Policy } from './policy.ts';
import { withThresholds } from './with-thresholds.ts';

test('only thresholds that the policy has are replaced', () => {
  const policy: Policy = { rules: { porn: 'allow', drawing: { review: 0.6, block: 0.9 } }, gates: { minAgreement: { porn: 0.9 } } };
  const found = [
    { class: 'drawing', action: 'review', threshold: 0.58 },
    { class: 'drawing', action: 'block', threshold: null },
    { class: 'porn', action: null, threshold: 0.4 },
    { class: 'sexy', action: 'review', threshold: 0.4 },
  ];
  expect(withThresholds(policy, found)).toEqual({
    policy: { ...policy, rules: { porn: 'allow', drawing: { review: 0.58, block: 0.9 } } },
    changed: found.slice(0, 1),
    left: found.slice(1),
  });
  expect(policy.rules.drawing).toEqual({ review: 0.6, block: 0.9 });
  expect(withThresholds(policy, [{ class: 'drawing', action: 'block', threshold: 1 + 1e-12 }]).policy.rules.drawing).toEqual({
    review: 0.6,
    block: 1,
  });
});

test("the threshold of a sigmoid's unit becomes that of its class's action", () => {
  const found = { class: 'gore', action: null, threshold: 0.4 };
  expect(withThresholds({ rules: { gore: 'review' } }, [found])).toMatchObject({ policy: { rules: { gore: { review: 0.4 } } }, changed: [found] });
});
