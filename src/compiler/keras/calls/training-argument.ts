import type { CallArgument, InboundNode } from '../dialect/model-config.ts';

/**
 * `training=` of a call. True or false override what the calls around it say, as in Keras; none, or null, inherits it.
 * `'tensor'`: decided while the model runs, which nothing here can follow.
 */
export type TrainingArgument = boolean | 'tensor' | undefined;

export function trainingArgument(node: InboundNode, inherited: TrainingArgument): TrainingArgument {
  const argument = node.others.find(([name]) => name === 'training')?.[1];
  if (argument === undefined) return inherited;
  if (argument.kind !== 'constant') return 'tensor';
  const { value } = argument;
  if (value === null || value === undefined) return inherited;
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  return 'tensor';
}

/** The other arguments, without `training` and empty masks. */
export function otherArguments(node: InboundNode): (readonly [string, CallArgument])[] {
  return node.others.filter(
    ([name, argument]) => name !== 'training' && !(name === 'mask' && argument.kind === 'constant' && argument.value === null),
  );
}
