import { TorchliftError } from '../core/errors.ts';
import { checkJsonDepth } from '../core/json-depth.ts';
import { readTextFile } from '../core/read-text-file.ts';

export type Decision = 'allow' | 'review' | 'block';

/**
 * What follows from the scores, by class: a decision that applies when the class wins, or the scores from which a class is reviewed or
 * blocked whoever wins. Classes without a rule are allowed.
 */
export interface Policy {
  readonly rules: Readonly<Record<string, Decision | { readonly review?: number; readonly block?: number }>>;
}

const EXPECTED =
  'Give --policy a JSON file: {"rules": {"<class>": "allow" | "review" | "block" | {"review": 0.5, "block": 0.8}}}, review at most block.';
const DECISIONS: readonly unknown[] = ['allow', 'review', 'block'];

/** `--policy`: a JSON file. Errors: `file-not-found`, `malformed-file` naming the rule; a rule for a class that `classes` lacks is one. */
export function loadPolicy(path: string, classes: readonly string[] | undefined): Policy {
  const text = readTextFile(path, EXPECTED);
  const malformed = (what: string, cause?: unknown) =>
    new TorchliftError('malformed-file', {
      what,
      where: path,
      remedy: EXPECTED,
      cause,
    });
  let json: unknown;
  try {
    checkJsonDepth(text);
    json = JSON.parse(text);
  } catch (cause) {
    throw malformed(`isn't JSON: ${(cause as Error).message}`, cause);
  }
  const rules = (json as { rules?: unknown } | null)?.rules;
  if (typeof rules !== 'object' || rules === null || Array.isArray(rules)) throw malformed('has no "rules" object');
  for (const [name, rule] of Object.entries(rules)) {
    if (classes !== undefined && !classes.includes(name))
      throw malformed(`has a rule for ${JSON.stringify(name)}, which is none of the classes ${classes.join(', ')}`);
    if (!DECISIONS.includes(rule) && !isThresholds(rule))
      throw malformed(`has the rule ${JSON.stringify(rule)?.slice(0, 60)} for ${JSON.stringify(name)}`);
  }
  return json as Policy;
}

function isThresholds(rule: unknown): boolean {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return false;
  const entries = Object.entries(rule);
  const { review = 0, block = 1 } = rule as { review?: number; block?: number };
  return (
    entries.length > 0 &&
    entries.every(([key, value]) => (key === 'review' || key === 'block') && typeof value === 'number' && value >= 0 && value <= 1) &&
    review <= block
  );
}
