import { elementCount } from '../../core/dtypes.ts';
import { invariant } from '../../core/errors.ts';
import type { Tensor } from '../../engines/tensor.ts';

/** How far a tensor is from its reference, over all pieces that were added. Infinity: see `TensorDifference`. */
export interface Difference {
  readonly maxAbsolute: number;
  /** Root of the mean square of the difference. */
  readonly rms: number;
  /** The largest finite magnitude of the reference, and the root of the mean square of what is finite in it. */
  readonly scale: number;
  readonly referenceRms: number;
  /** Of both as vectors; null where one of them is all zeros. */
  readonly cosine: number | null;
}

/**
 * Compares a tensor piece by piece, so that only a piece needs to be in memory. A NaN or an infinity that the other
 * side doesn't have in the same place, and another shape, are an infinite difference.
 */
export class TensorDifference {
  #maxAbsolute = 0;
  #scale = 0;
  #gapSquares = 0;
  #referenceSquares = 0;
  #candidateSquares = 0;
  #dot = 0;
  #count = 0;

  add(reference: Tensor, candidate: Tensor): void {
    if (reference.shape.join() !== candidate.shape.join()) {
      this.#maxAbsolute = Number.POSITIVE_INFINITY;
      return;
    }
    const expected = elements(reference);
    const found = elements(candidate);
    this.#count += expected.length;
    for (let index = 0; index < expected.length; index++) {
      const r = expected[index] as number;
      const c = found[index] as number;
      const gap = Math.abs(r - c);
      if (!Number.isFinite(gap)) {
        if (!Object.is(r, c)) this.#maxAbsolute = Number.POSITIVE_INFINITY;
        continue;
      }
      if (gap > this.#maxAbsolute) this.#maxAbsolute = gap;
      const magnitude = Math.abs(r);
      if (magnitude > this.#scale) this.#scale = magnitude;
      this.#gapSquares += gap * gap;
      this.#referenceSquares += r * r;
      this.#candidateSquares += c * c;
      this.#dot += r * c;
    }
  }

  result(): Difference {
    const norms = Math.sqrt(this.#referenceSquares * this.#candidateSquares);
    const rootMean = (squares: number) => Math.sqrt(squares / Math.max(this.#count, 1));
    return {
      maxAbsolute: this.#maxAbsolute,
      rms: this.#maxAbsolute === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : rootMean(this.#gapSquares),
      scale: this.#scale,
      referenceRms: rootMean(this.#referenceSquares),
      cosine: norms === 0 ? null : Math.min(1, this.#dot / norms),
    };
  }
}

/** What a tensor's bytes are, of what crosses from a worker as it is. */
const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

function elements({ dtype, shape, data }: Tensor): ArrayLike<number> {
  const length = elementCount(shape);
  // Its own buffer, so that every element is aligned.
  const view = (bytesPerElement: number) => (data.byteOffset % bytesPerElement === 0 ? data : new Uint8Array(data));
  if (dtype === 'int64') {
    const { buffer, byteOffset } = view(8);
    return Float64Array.from(new BigInt64Array(buffer as ArrayBuffer, byteOffset, length), Number);
  }
  const Elements = Object.hasOwn(ARRAYS, dtype) ? ARRAYS[dtype as keyof typeof ARRAYS] : undefined;
  invariant(Elements !== undefined, `a ${dtype} tensor from a worker`);
  const { buffer, byteOffset } = view(Elements.BYTES_PER_ELEMENT);
  return new Elements(buffer as ArrayBuffer, byteOffset, length);
}
