import type { Manifest } from '../../src/bundle/manifest.ts';
import { DTYPE_BYTES, elementCount } from '../../src/core/dtypes.ts';
import type { Tensor } from '../../src/engines/tensor.ts';

/** So many rows for each of a bundle's inputs: bytes, or floats between -1 and 1. Always the same; free sizes are 8. */
export function randomInputs({ inputs }: Manifest, rows: number): readonly Tensor[] {
  let state = 1;
  const random = () => {
    state = (state * 48271) % 0x7fffffff; // Park and Miller's
    return state / 0x7fffffff;
  };
  return inputs.map(({ dtype, shape }) => {
    const sizes = shape.map((size, axis) => (axis === 0 ? rows : typeof size === 'number' ? size : 8));
    const length = elementCount(sizes);
    if (DTYPE_BYTES[dtype] === 1) return { dtype, shape: sizes, data: Uint8Array.from({ length }, () => random() * 256) };
    if (dtype !== 'float32') throw new Error(`no random ${dtype}`);
    return { dtype, shape: sizes, data: new Uint8Array(Float32Array.from({ length }, () => random() * 2 - 1).buffer) };
  });
}
