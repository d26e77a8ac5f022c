import type { ValidationEvidence } from '../bundle/evidence/validation-evidence.ts';
import { readManifest } from '../bundle/read-bundle.ts';
import { rewriteBundle } from '../convert/rewrite-bundle.ts';
import { TorchliftError } from '../core/errors.ts';
import type { Policy } from '../policy/policy.ts';
import { policyOf } from '../policy/policy-of.ts';
import { type NewThreshold, withThresholds } from '../policy/with-thresholds.ts';
import type { Step } from '../preprocess/steps.ts';
import { threshold } from '../report/numbers.ts';

export interface WriteFlags {
  readonly candidate: string;
  readonly policy?: string;
  readonly findPreprocess?: boolean;
  readonly matchThresholds?: boolean;
}

/** Before the work: whether there can be anything to write. Errors: `usage`, those of the policy's reader. */
export function checkWrite({ candidate, policy: path, findPreprocess, matchThresholds }: WriteFlags): void {
  if (!findPreprocess && !matchThresholds) {
    throw new TorchliftError('usage', {
      what: 'there is nothing to write',
      where: '--write',
      remedy: 'Add --find-preprocess, --match-thresholds, or both: what they find is written.',
    });
  }
  if (!matchThresholds) return;
  const manifest = readManifest(candidate);
  const policy = policyOf(path, manifest);
  // Of sigmoids every unit has a threshold, 0.5 where nothing else is said.
  const canBeSigmoid = manifest.outputs.some(({ head }) => head !== 'softmax' && head !== 'linear');
  const holds = (rule: Policy['rules'][string]) => typeof rule === 'object' || (canBeSigmoid && rule !== 'allow');
  if (policy !== null && Object.values(policy.rules).some(holds)) return;
  throw new TorchliftError('usage', {
    what: `there are no thresholds to write: ${policy === null ? 'the bundle has no policy' : 'the policy decides by class alone'}`,
    where: '--match-thresholds --write',
    remedy: 'Give --policy a file with thresholds, {"rules": {"<class>": {"review": 0.5, "block": 0.8}}}, or leave --write out.',
  });
}

/**
 * Puts what a validation found into its bundle: the pipeline, and the policy it was made by with the thresholds that were found. Says what was
 * written, one line each; nothing is where nothing was found. Errors: as of `rewriteBundle`.
 */
export async function writeFindings(
  bundle: string,
  { preprocess, matchedThresholds, policy, passed, heads }: ValidationEvidence,
): Promise<readonly string[]> {
  const found = preprocess?.found ? (preprocess.steps as readonly Step[]) : undefined;
  const kinds = new Map(heads.map(({ name, kind }) => [name, kind]));
  // A policy holds shares; those of logits stay where they are.
  const shares = (matchedThresholds ?? []).map((each) => (kinds.get(each.head) === 'linear' ? { ...each, threshold: null } : each));
  const matched = matchedThresholds === null || policy === null ? undefined : withThresholds(policy as Policy, shares);
  const hasThresholds = matched !== undefined && matched.changed.length > 0;
  const written = [
    ...(found === undefined ? [] : ['the pipeline that was found']),
    ...(hasThresholds ? [`the policy, with ${matched.changed.map(thresholdWords).join(', ')}`] : []),
  ];
  if (written.length > 0) await rewriteBundle(bundle, { ...(found && { preprocess: found }), ...(hasThresholds && { policy: matched.policy }) });
  const left = matched?.left ?? [];
  return [
    ...(written.length > 0 ? written : ['nothing, since nothing was found']),
    ...(left.length === 0
      ? []
      : [`not ${left.map(thresholdWords).join(', ')}: no sample says where it would lie, or the policy has no rule for the class`]),
    ...(hasThresholds && !passed ? ['check them on more samples before you serve: the agreement is not certified'] : []),
  ];
}

function thresholdWords({ class: name, action, threshold: at }: NewThreshold): string {
  return [name, action ?? 'decided', ...(at === null ? [] : [threshold(at)])].join(' ');
}
