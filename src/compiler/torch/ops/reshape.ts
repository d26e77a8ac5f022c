import { defineLowering } from '../lowering.ts';
import { emitReshape } from './emit-reshape.ts';

export const reshape = defineLowering({ op: 'Reshape', since: 19, lower: (_node, context) => emitReshape(context) });
