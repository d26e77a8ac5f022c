/**
 * The percentile by nearest rank: the smallest value that at least `percent` per cent of all values don't exceed. Always a value that was
 * seen, never one between two. `sorted`: ascending, not empty. `percent`: above 0, at most 100.
 */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(rank, 1) - 1] as number;
}
