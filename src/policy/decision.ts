import type { Action } from './policy.ts';

/** What one head says. */
export interface HeadDecision {
  /** The class that won, or of several sigmoids those that are on, joined by ` + `; `none` where none is. */
  readonly label: string;
  /** Positions in the head's classes. */
  readonly classes: readonly number[];
  /** How far the scores are from another label: between the two best, or from the nearest threshold. */
  readonly margin: number;
}

/**
 * What is made of one answer. Scores that aren't numbers decide nothing: whoever acts on an undecided answer must not take it for "allowed".
 */
export type Decision =
  | {
      readonly kind: 'decided';
      /** In the order of the heads. */
      readonly heads: readonly HeadDecision[];
      /** Of all heads, `head: label` where there are several. */
      readonly label: string;
      /** The most severe that a rule asks for; null without a policy. */
      readonly action: Action | null;
      /** The smallest of the heads' and of the distances to the policy's thresholds. */
      readonly margin: number;
    }
  | { readonly kind: 'undecided'; readonly reason: string };

/** Whether two answers come to the same: every label, and the action where there is a policy. Undecided agrees with nothing. */
export function isSameDecision(left: Decision, right: Decision): boolean {
  return left.kind === 'decided' && right.kind === 'decided' && left.label === right.label && left.action === right.action;
}
