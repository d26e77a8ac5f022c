export { ConstantExpressions } from '../graph/constant-expressions.ts';
