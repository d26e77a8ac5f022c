/** How far one row of scores is from another. */
export type ScoreDistance = (left: Float32Array, right: Float32Array) => number;

/** The largest difference of a score; infinite where one is no number. */
export function largestDifference(left: Float32Array, right: Float32Array): number {
  let largest = 0;
  for (const [index, value] of left.entries()) {
    const difference = Math.abs(value - (right[index] as number));
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    if (difference > largest) largest = difference;
  }
  return largest;
}

/** Mean over images; infinite where one of them has no answer. */
export function meanDistance(answers: readonly (Float32Array | null)[], recorded: readonly Float32Array[], distance: ScoreDistance): number {
  let sum = 0;
  for (const [index, answer] of answers.entries())
    sum += answer === null ? Number.POSITIVE_INFINITY : distance(answer, recorded[index] as Float32Array);
  return sum / Math.max(1, answers.length);
}
