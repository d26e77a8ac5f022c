import { defineLowering } from '../lowering.ts';

export const identity = defineLowering({ op: 'Identity', since: 19, lower: (_node, context) => context.tensor(0) });
