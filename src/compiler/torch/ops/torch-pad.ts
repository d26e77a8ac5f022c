/**
 * ONNX lists every axis' begin, then every axis' end: [top, left, bottom, right];
 * torch lists pairs from the last axis backwards: [left, right, top, bottom].
 */
export function torchPad(begins: readonly number[], ends: readonly number[]): readonly number[] {
  return begins.flatMap((_, index) => {
    const axis = begins.length - 1 - index;
    return [begins[axis] as number, ends[axis] as number];
  });
}
