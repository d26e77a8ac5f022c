import { TorchliftError } from '../core/errors.ts';

/** What is done with a piece of content, from the mildest to the most severe. */
export const ACTIONS = ['allow', 'review', 'block'] as const;

export type Action = (typeof ACTIONS)[number];

/** Why a served model couldn't look at an image. */
export const FAILURE_REASONS = [
  'unsupported-image',
  'image-too-large',
  'refused-input',
  'poison-input',
  'limit-exceeded',
  'overloaded',
  'deadline-exceeded',
  'worker-failed',
  'not-finite',
] as const;

export type FailureReason = (typeof FAILURE_REASONS)[number];

export interface Thresholds {
  readonly review?: number;
  readonly block?: number;
}

/**
 * What follows from the scores, by class: an action that applies when the class is decided, or the scores from which a class is reviewed or
 * blocked whoever wins. Classes without a rule are allowed.
 */
export interface Policy {
  readonly rules: Readonly<Record<string, Action | Thresholds>>;
  /** By the reason why an image couldn't be looked at, what is done with it then; undecided where a reason is absent. */
  readonly on_failure?: Readonly<Partial<Record<FailureReason, Action>>>;
  /** What a validation demands beside the overall agreement; nothing where absent. */
  readonly gates?: Gates;
}

export interface Gates {
  /** By class as the reference decides it: the least agreement, to be certified like the overall one. */
  readonly minAgreement?: Readonly<Record<string, number>>;
  /** `"block->allow": 0.001`: of what the reference blocks, the candidate allows at most this share, to be certified too. */
  readonly maxShare?: Readonly<Record<string, number>>;
}

/** For messages about a policy, wherever it comes from. */
export const EXPECTED_POLICY =
  'Give --policy a JSON file: {"rules": {"<class>": "allow" | "review" | "block" | {"review": 0.5, "block": 0.8}}}, review at most block.';

/** Checks a parsed policy. Errors: `malformed-file` naming the rule or gate; one for a class that `classes` lacks is malformed too. */
export function parsePolicy(json: unknown, place: string, classes: readonly string[] | undefined): Policy {
  const malformed = (what: string) => new TorchliftError('malformed-file', { what, where: place, remedy: EXPECTED_POLICY });
  const checkClass = (name: string, kind: string) => {
    if (classes !== undefined && !classes.includes(name))
      throw malformed(`has a ${kind} for ${JSON.stringify(name)}, which is none of the classes ${classes.join(', ')}`);
  };
  const { rules, gates, on_failure: onFailure } = (json ?? {}) as { rules?: unknown; gates?: unknown; on_failure?: unknown };
  if (!isObject(rules)) throw malformed('has no "rules" object');
  for (const [name, rule] of Object.entries(rules)) {
    checkClass(name, 'rule');
    if (!isAction(rule) && !isThresholds(rule)) throw malformed(`has the rule ${shown(rule)} for ${JSON.stringify(name)}`);
  }
  if (onFailure !== undefined) {
    if (!isObject(onFailure)) throw malformed('has an "on_failure" that is no object');
    for (const [reason, action] of Object.entries(onFailure)) {
      if (!(FAILURE_REASONS as readonly string[]).includes(reason))
        throw malformed(`has "on_failure" for ${JSON.stringify(reason)}, which is none of ${FAILURE_REASONS.join(', ')}`);
      if (!isAction(action)) throw malformed(`has ${shown(action)} on ${reason}`);
    }
  }
  if (gates !== undefined) {
    if (!isObject(gates)) throw malformed('has "gates" that are no object');
    for (const [kind, limits] of Object.entries(gates)) {
      if ((kind !== 'minAgreement' && kind !== 'maxShare') || !isObject(limits))
        throw malformed(`has the gate ${JSON.stringify(kind)}: ${shown(limits)}`);
      for (const [name, limit] of Object.entries(limits)) {
        if (kind === 'minAgreement') checkClass(name, 'gate');
        else if (!isDirection(name)) throw malformed(`has a gate for ${JSON.stringify(name)}, expected a direction like "block->allow"`);
        // At 0 and 1 there is nothing that samples could certify.
        if (typeof limit !== 'number' || !(limit > 0 && limit < 1)) throw malformed(`has the gate ${shown(limit)} for ${JSON.stringify(name)}`);
      }
    }
  }
  return json as Policy;
}

function isAction(value: unknown): value is Action {
  return (ACTIONS as readonly unknown[]).includes(value);
}

function isThresholds(rule: unknown): boolean {
  if (!isObject(rule)) return false;
  const entries = Object.entries(rule);
  const { review = 0, block = 1 } = rule as { review?: number; block?: number };
  return (
    entries.length > 0 &&
    entries.every(([key, value]) => (key === 'review' || key === 'block') && typeof value === 'number' && value >= 0 && value <= 1) &&
    review <= block
  );
}

function isDirection(name: string): boolean {
  const [from, to, ...rest] = name.split('->');
  return rest.length === 0 && from !== to && isAction(from) && isAction(to);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 60);
}
