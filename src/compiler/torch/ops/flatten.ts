import { defineLowering } from '../lowering.ts';
import { emitReshape } from './emit-reshape.ts';

/** [a, b, c, d] with axis 2 → [a·b, c·d]. */
export const flatten = defineLowering({ op: 'Flatten', since: 13, lower: (_node, context) => emitReshape(context) });
