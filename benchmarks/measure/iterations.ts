import { parseArgs } from 'node:util';

/** How often a benchmark measures: `npm run benchmark:… -- --iterations 1` only tries whether it works. */
export function iterations(usual: number): number {
  const { values } = parseArgs({ options: { iterations: { type: 'string' } } });
  const count = Number(values.iterations ?? usual);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--iterations ${values.iterations}: expected a whole number from 1`);
  return count;
}
