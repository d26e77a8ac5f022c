/**
 * The shortest decimal that is this number's float32: source says `0.1`, not `0.10000000149011612`, whether the number came from a
 * Keras config or from an ONNX attribute (a float32).
 */
export function shortestFloat32(number: number): number {
  const float32 = Math.fround(number);
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(float32.toPrecision(digits));
    if (Math.fround(candidate) === float32) return candidate;
  }
  return float32;
}
