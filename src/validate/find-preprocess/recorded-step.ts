/** Decimals that scores are rounded to; more are lost in float32 itself. */
const DECIMALS = [2, 3, 4, 5];
/** Of a step: what float32 leaves of a decimal number. */
const SLACK = 0.02;

/** The step that recorded scores were rounded to, 1e-4 for four decimals; 0 where they weren't. */
export function recordedStep(recorded: readonly Float32Array[]): number {
  for (const decimals of DECIMALS) {
    const parts = 10 ** decimals;
    if (recorded.every((row) => row.every((score) => Math.abs(score * parts - Math.round(score * parts)) < SLACK))) return 1 / parts;
  }
  return 0;
}
