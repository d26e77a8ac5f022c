import { elementCount } from '../core/dtypes.ts';
import { invariant } from '../core/errors.ts';
import type { Tensor } from '../engines/tensor.ts';

/** How far two tensors are apart, over all pieces that were added. */
export interface Difference {
  /** Infinity where one has a NaN or an infinity that the other doesn't have there, and where their shapes differ. */
  readonly maxAbsolute: number;
  /** The largest finite magnitude of the reference. */
  readonly scale: number;
  /** Of the two as vectors, over what is finite in both: 1 where both are zero, 0 where one is. */
  readonly cosine: number;
}

/** Compares a tensor piece by piece, so that only a piece needs to be in memory. Takes float32 and float64. */
export class TensorDifference {
  #maxAbsolute = 0;
  #scale = 0;
  #dot = 0;
  #referenceSquares = 0;
  #candidateSquares = 0;

  add(reference: Tensor, candidate: Tensor): void {
    if (reference.shape.join() !== candidate.shape.join()) {
      this.#maxAbsolute = Number.POSITIVE_INFINITY;
      return;
    }
    const expected = elements(reference);
    const found = elements(candidate);
    for (let index = 0; index < expected.length; index++) {
      const r = expected[index] as number;
      const c = found[index] as number;
      const gap = Math.abs(r - c);
      if (!Number.isFinite(gap)) {
        // Two NaN, or twice the same infinity, agree.
        if (!Object.is(r, c)) this.#maxAbsolute = Number.POSITIVE_INFINITY;
        continue;
      }
      if (gap > this.#maxAbsolute) this.#maxAbsolute = gap;
      const magnitude = Math.abs(r);
      if (magnitude > this.#scale) this.#scale = magnitude;
      this.#dot += r * c;
      this.#referenceSquares += r * r;
      this.#candidateSquares += c * c;
    }
  }

  result(): Difference {
    const norms = Math.sqrt(this.#referenceSquares) * Math.sqrt(this.#candidateSquares);
    const bothZero = this.#referenceSquares === 0 && this.#candidateSquares === 0;
    return { maxAbsolute: this.#maxAbsolute, scale: this.#scale, cosine: norms > 0 ? Math.min(1, this.#dot / norms) : bothZero ? 1 : 0 };
  }
}

function elements({ dtype, shape, data }: Tensor): Float32Array | Float64Array {
  invariant(dtype === 'float32' || dtype === 'float64', `a tap of ${dtype}`);
  const Elements = dtype === 'float32' ? Float32Array : Float64Array;
  const aligned = data.byteOffset % Elements.BYTES_PER_ELEMENT === 0 ? data : new Uint8Array(data);
  return new Elements(aligned.buffer as ArrayBuffer, aligned.byteOffset, elementCount(shape));
}
