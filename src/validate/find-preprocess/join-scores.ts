/** The scores of all outputs as one row. */
export function joinScores(outputs: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(outputs.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const output of outputs) {
    joined.set(output, at);
    at += output.length;
  }
  return joined;
}
