export { linearWeight } from '../graph/linear-weight.ts';
