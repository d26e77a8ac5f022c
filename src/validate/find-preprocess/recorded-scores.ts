/** What recorded scores can tell. */
export interface RecordedScores {
  /** What they were rounded to, 1e-4 for four decimals; 0 where they weren't. */
  readonly step: number;
  /** Images whose scores are more than a label, which many pipelines share. */
  readonly telling: number;
}

/** Decimals that scores are rounded to; more are lost in float32 itself. */
const DECIMALS = [2, 3, 4, 5];
/** Of a step: what float32 leaves of a decimal number. */
const SLACK = 0.02;
/** Nearer to 0 or 1 a score says no more than the label does. */
const SURE = 1e-3;

/** `recorded`: one row of scores for each image. */
export function recordedScores(recorded: readonly Float32Array[]): RecordedScores {
  const isRounded = (decimals: number) =>
    recorded.every((row) => row.every((score) => Math.abs(score * 10 ** decimals - Math.round(score * 10 ** decimals)) < SLACK));
  const decimals = DECIMALS.find(isRounded);
  return {
    step: decimals === undefined ? 0 : 10 ** -decimals,
    telling: recorded.filter((row) => row.some((score) => Math.min(Math.abs(score), Math.abs(1 - score)) > SURE)).length,
  };
}
