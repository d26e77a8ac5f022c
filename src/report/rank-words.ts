/** From so many on each percentile that is told apart here, up to p99, has something above it. */
const ENOUGH = 100;

const PLACES = ['the slowest', 'the second slowest', 'the third slowest', 'the fourth slowest', 'the fifth slowest'] as const;

/** Which of so few batches p95 or p99 is, by nearest rank: of 30 `the second slowest` and `the slowest`. Null where they are many. */
export function rankWords(percent: 95 | 99, batches: number): string | null {
  if (batches >= ENOUGH || batches === 0) return null;
  return PLACES[batches - Math.ceil((percent / 100) * batches)] ?? null;
}
