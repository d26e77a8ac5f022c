import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDecider } from './create-decider.ts';
import { isSameDecision } from './decision.ts';
import type { Head, HeadKind } from './head.ts';
import type { Policy } from './policy.ts';

const head = (kind: HeadKind, classes: readonly string[], units = classes.length): Head => ({
  name: 'scores',
  output: 0,
  kind,
  units,
  classes,
  knownFrom: 'manifest',
});
const five = head('softmax', ['drawing', 'hentai', 'neutral', 'porn', 'sexy']);
const policy: Policy = { rules: { porn: 'block', hentai: 'block', sexy: 'review', drawing: { review: 0.4, block: 0.9 } } };
const decide = (heads: readonly Head[], rules: Policy | null, ...scores: number[][]) =>
  createDecider(heads, rules)(scores.map((row) => Float32Array.from(row)));

describe('a softmax', () => {
  test('decides the largest, of equal ones the first, with the distance to the second as margin', () => {
    expect(decide([five], null, [0.125, 0.125, 0.5, 0.25, 0])).toEqual({
      kind: 'decided',
      heads: [{ label: 'neutral', classes: [2], margin: 0.25 }],
      label: 'neutral',
      action: null,
      margin: 0.25,
    });
    expect(decide([five], null, [0.25, 0.25, 0.25, 0.25, 0])).toMatchObject({ label: 'drawing', margin: 0 });
  });

  test('a rule applies when its class wins, a threshold whoever wins, the most severe of all', () => {
    expect(decide([five], policy, [0, 0, 0.4, 0.6, 0])).toMatchObject({ label: 'porn', action: 'block' });
    expect(decide([five], policy, [0, 0, 0.6, 0.4, 0])).toMatchObject({ label: 'neutral', action: 'allow' });
    expect(decide([five], policy, [0.42, 0, 0.58, 0, 0])).toMatchObject({ label: 'neutral', action: 'review' });
    expect(decide([five], policy, [0.95, 0, 0.05, 0, 0])).toMatchObject({ label: 'drawing', action: 'block' });
  });

  test('a threshold near by is a small margin, however clear the winner', () => {
    const found = decide([five], policy, [0.375, 0, 0.625, 0, 0]);
    expect(found).toMatchObject({ action: 'allow', margin: expect.closeTo(0.025, 6) });
  });
});

describe('sigmoids', () => {
  test('one unit decides between two classes at 0.5, never by an argmax that is always 0', () => {
    const one = head('sigmoid', ['safe', 'unsafe'], 1);
    expect(decide([one], null, [0.49])).toMatchObject({ label: 'safe', margin: expect.closeTo(0.01, 6) });
    expect(decide([one], null, [0.5])).toMatchObject({ label: 'unsafe', margin: 0 });
    expect(decide([one], { rules: { unsafe: { review: 0.25, block: 0.75 } } }, [0.5])).toMatchObject({ label: 'unsafe', action: 'review' });
    expect(decide([one], { rules: { safe: 'allow', unsafe: 'block' } }, [0.125])).toMatchObject({ label: 'safe', action: 'allow' });
    expect(decide([one], { rules: { safe: { review: 0.9 } } }, [0.0625])).toMatchObject({ label: 'safe', action: 'review' });
  });

  test('several units are each on or off, thresholds of the policy instead of 0.5', () => {
    const many = head('sigmoid', ['gore', 'nudity', 'drugs']);
    expect(decide([many], null, [0.5, 0.25, 0.75])).toMatchObject({ label: 'gore + drugs', action: null });
    expect(decide([many], null, [0, 0, 0.25])).toMatchObject({ label: 'none', margin: 0.25 });
    const rules: Policy = { rules: { gore: { review: 0.125, block: 0.75 }, drugs: 'review' } };
    expect(decide([many], rules, [0.25, 0, 0])).toMatchObject({ label: 'gore', action: 'review' });
    expect(decide([many], rules, [0, 1, 1])).toMatchObject({ label: 'nudity + drugs', action: 'review' });
    expect(decide([many], rules, [0.8, 0, 0])).toMatchObject({ action: 'block' });
  });
});

test('logits: the largest of several, a single one at 0', () => {
  expect(decide([head('linear', ['a', 'b', 'c'])], null, [-3, 7, 2])).toMatchObject({ label: 'b', margin: 5 });
  expect(decide([head('linear', ['no', 'yes'], 1)], null, [-0.25])).toMatchObject({ label: 'no', margin: 0.25 });
});

test('each head by its own rule, the most severe action of all', () => {
  const heads = [
    { ...five, name: 'kind', output: 0 },
    { ...head('sigmoid', ['not violent', 'violent'], 1), name: 'violence', output: 2 },
  ];
  const rules: Policy = { rules: { ...policy.rules, violent: 'block' } };
  const answer = [[0, 0, 1, 0, 0], [9, 9], [0.75]];
  expect(decide(heads, rules, ...answer)).toMatchObject({ label: 'kind: neutral, violence: violent', action: 'block', margin: 0.25 });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d decides nothing and agrees with nothing', (odd) => {
  const found = decide([five], policy, [0, 0, 1, odd, 0]);
  expect(found).toEqual({ kind: 'undecided', reason: `a score is ${odd}` });
  expect(isSameDecision(found, found)).toBe(false);
});

test('a policy that no head has a class for would allow everything, so it is refused; thresholds of logits too', () => {
  expect(() => createDecider([head('softmax', ['class 0', 'class 1'])], policy)).toThrow(/"porn".*class 0, class 1/);
  expect(() => createDecider([head('linear', ['a', 'drawing'])], { rules: { drawing: { block: 0.5 } } })).toThrow('logits');
});

test('of equal labels different actions are a disagreement', () => {
  const [left, right] = [decide([five], policy, [0.39, 0, 0.61, 0, 0]), decide([five], policy, [0.41, 0, 0.59, 0, 0])];
  expect(left).toMatchObject({ label: 'neutral', action: 'allow' });
  expect(isSameDecision(left, right)).toBe(false);
});

test('no change of every score by less than half the margin changes the decision', () => {
  const scores = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 });
  const kinds = fc.constantFrom<HeadKind>('softmax', 'sigmoid');
  const changes = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(scores, kinds, changes, (row, kind, change) => {
      const heads = [{ ...five, kind }];
      const before = decide(heads, policy, row);
      if (before.kind === 'undecided') return false;
      // Less by what rounding to float32 adds.
      const step = Math.max(0, before.margin / 2 - 1e-6);
      const after = decide(
        heads,
        policy,
        row.map((score, index) => score + step * (change[index] as number)),
      );
      return step === 0 || isSameDecision(before, after);
    }),
  );
});
