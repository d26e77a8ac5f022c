import type { CallArgument, InboundNode, TensorReference } from '../dialect/model-config.ts';

/** Every tensor that a call takes, arguments included. */
export function referencesOfNode(node: InboundNode): TensorReference[] {
  return [...referencesOf(node.first), ...node.others.flatMap(([, argument]) => referencesOf(argument))];
}

function referencesOf(argument: CallArgument): TensorReference[] {
  if (argument.kind === 'tensor') return [argument.reference];
  if (argument.kind === 'list') return argument.items.flatMap(referencesOf);
  if (argument.kind === 'dict') return argument.entries.flatMap(([, item]) => referencesOf(item));
  return [];
}
