const f = Math.fround;

/** Which element of an axis TensorFlow takes for each output: ⌊(i + 0.5)·in/out⌋ in float32 (image_resizer_state.h). PyTorch's nearest-exact is the same. */
export function nearestIndices(inputSize: number, outputSize: number): readonly number[] {
  const scale = f(inputSize / outputSize);
  return Array.from({ length: outputSize }, (_, index) => Math.min(Math.floor(f((index + 0.5) * scale)), inputSize - 1));
}

/**
 * Whether ONNX Runtime takes the same elements. It divides by out/in and rounds, so a place right between two elements may fall to the
 * other side (from 26 to 11, say).
 */
export function isNearestExact(inputSize: number, outputSize: number): boolean {
  const scale = f(outputSize / inputSize);
  return nearestIndices(inputSize, outputSize).every((expected, index) => {
    const place = f(f((index + 0.5) / scale) - 0.5);
    return Math.min(Math.max(Math.floor(place + 0.5), 0), inputSize - 1) === expected;
  });
}
