import { invariant, TorchliftError } from '../core/errors.ts';
import type { Decision, HeadDecision } from './decision.ts';
import type { Head } from './head.ts';
import { ACTIONS, type Action, type Policy } from './policy.ts';

/** Reads a decision off one row of scores for each output of the model (not only for each head), in the model's order. */
export type Decider = (scores: readonly Float32Array[]) => Decision;

interface Limit {
  readonly at: number;
  readonly action: Action;
}

/** One class of a head, with what the policy says of it. */
interface ClassRule {
  /** Where the class is decided. */
  readonly action: Action;
  /** Where its score is at least `at`, whoever wins. */
  readonly limits: readonly Limit[];
}

/** Where a probability without a threshold of its own is decided, and where a logit is: sigmoid(0) = 0.5. */
const HALF = 0.5;
const ZERO_LOGIT = 0;

/**
 * The rule by which answers are decided: by head (softmax and logits: the largest, of equal ones the first; sigmoid: each unit from 0.5 on, or
 * from the lowest threshold that the policy gives its class), then the policy's actions, the most severe of which applies.
 *
 * Errors: `usage` where the policy names a class that no head has, or has thresholds for logits.
 */
export function createDecider(heads: readonly Head[], policy: Policy | null): Decider {
  invariant(heads.length > 0, 'decisions need a head');
  if (policy !== null) checkNames(policy, heads);
  const ways = heads.map((head) => ({ head, decide: headDecider(head, classRules(head, policy)) }));
  return (scores) => {
    const decisions: HeadDecision[] = [];
    let severity = 0;
    let margin = Number.POSITIVE_INFINITY;
    for (const { head, decide } of ways) {
      const row = scores[head.output];
      invariant(row?.length === head.units, `${row?.length} scores for ${head.units} units of ${head.name}`);
      const odd = row.find((score) => !Number.isFinite(score));
      if (odd !== undefined) return { kind: 'undecided', reason: `a score is ${odd}` };
      const found = decide(row);
      decisions.push(found.decision);
      severity = Math.max(severity, ACTIONS.indexOf(found.action));
      margin = Math.min(margin, found.margin);
    }
    const label =
      decisions.length === 1
        ? (decisions[0] as HeadDecision).label
        : decisions.map((decision, index) => `${heads[index]?.name}: ${decision.label}`).join(', ');
    return { kind: 'decided', heads: decisions, label, action: policy === null ? null : (ACTIONS[severity] as Action), margin };
  };
}

interface HeadResult {
  readonly decision: HeadDecision;
  readonly action: Action;
  /** The policy's thresholds included. */
  readonly margin: number;
}

function headDecider(head: Head, rules: readonly ClassRule[]): (row: Float32Array) => HeadResult {
  const ways = head.units === 1 ? oneUnit(head, rules) : head.kind === 'sigmoid' ? manyUnits(head, rules) : largest(head);
  const limited = rules.some(({ limits }) => limits.length > 0);
  return (row) => {
    const decision = ways(row);
    let severity = 0;
    for (const index of decision.classes) severity = Math.max(severity, ACTIONS.indexOf(rules[index]?.action ?? 'allow'));
    let { margin } = decision;
    if (limited) {
      for (const [index, { limits }] of rules.entries()) {
        for (const { at, action } of limits) {
          const score = classScore(head, row, index);
          if (score >= at) severity = Math.max(severity, ACTIONS.indexOf(action));
          margin = Math.min(margin, Math.abs(score - at));
        }
      }
    }
    return { decision, action: ACTIONS[severity] as Action, margin };
  };
}

function largest({ classes }: Head): (row: Float32Array) => HeadDecision {
  return (row) => {
    let [best, second] = [0, Number.NEGATIVE_INFINITY];
    for (let unit = 1; unit < row.length; unit++) {
      const score = row[unit] as number;
      if (score > (row[best] as number)) {
        second = row[best] as number;
        best = unit;
      } else if (score > second) second = score;
    }
    return { label: classes[best] as string, classes: [best], margin: (row[best] as number) - second };
  };
}

function oneUnit({ kind, classes }: Head, rules: readonly ClassRule[]): (row: Float32Array) => HeadDecision {
  // A softmax of one unit is always 1; whoever built it meant a sigmoid, and 0.5 leaves it visibly constant.
  const threshold = kind === 'linear' ? ZERO_LOGIT : lowest(rules[1]);
  return ([score = Number.NaN]) => {
    const index = score >= threshold ? 1 : 0;
    return { label: classes[index] as string, classes: [index], margin: Math.abs(score - threshold) };
  };
}

function manyUnits({ classes }: Head, rules: readonly ClassRule[]): (row: Float32Array) => HeadDecision {
  const thresholds = classes.map((_, index) => lowest(rules[index]));
  return (row) => {
    const on: number[] = [];
    let margin = Number.POSITIVE_INFINITY;
    for (const [unit, threshold] of thresholds.entries()) {
      const score = row[unit] as number;
      if (score >= threshold) on.push(unit);
      margin = Math.min(margin, Math.abs(score - threshold));
    }
    return { label: on.length === 0 ? 'none' : on.map((unit) => classes[unit]).join(' + '), classes: on, margin };
  };
}

function lowest(rule: ClassRule | undefined): number {
  const limits = rule?.limits ?? [];
  return limits.length === 0 ? HALF : Math.min(...limits.map(({ at }) => at));
}

/** A class's own score; of a single unit's lower class what is left of 1. */
function classScore({ units }: Head, row: Float32Array, index: number): number {
  return units > 1 ? (row[index] as number) : index === 1 ? (row[0] as number) : 1 - (row[0] as number);
}

function classRules({ classes }: Head, policy: Policy | null): readonly ClassRule[] {
  return classes.map((name) => {
    const rule = policy !== null && Object.hasOwn(policy.rules, name) ? policy.rules[name] : undefined;
    if (rule === undefined) return { action: 'allow', limits: [] };
    if (typeof rule === 'string') return { action: rule, limits: [] };
    const limits = (['review', 'block'] as const).flatMap((action): Limit[] => {
      const at = rule[action];
      return at === undefined ? [] : [{ at, action }];
    });
    return { action: 'allow', limits };
  });
}

function checkNames({ rules, gates }: Policy, heads: readonly Head[]): void {
  for (const name of [...Object.keys(rules), ...Object.keys(gates?.minAgreement ?? {})]) {
    const owners = heads.filter(({ classes }) => classes.includes(name));
    if (owners.length === 0) {
      throw new TorchliftError('usage', {
        what: `the policy names ${JSON.stringify(name)}, but the classes are ${heads.flatMap(({ classes }) => classes).join(', ')}`,
        where: 'policy',
        remedy: 'Name the classes with --classes, in the order of the scores, or correct the policy.',
      });
    }
    if (typeof rules[name] === 'object' && owners.some(({ kind }) => kind === 'linear')) {
      throw new TorchliftError('usage', {
        what: `the policy has thresholds for ${JSON.stringify(name)}, whose scores are logits, not probabilities`,
        where: 'policy',
        remedy: 'Give the class an action instead, or add the softmax or sigmoid to the model.',
      });
    }
  }
}
