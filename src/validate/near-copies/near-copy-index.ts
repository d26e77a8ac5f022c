import { invariant } from '../../core/errors.ts';
import { FINGERPRINT_SIZE } from './fingerprint.ts';
import { FingerprintFile } from './fingerprint-file.ts';

/** Fingerprints are looked at in 4×4 blocks of 8×8 cells each, and in 2×2 quarters of 2×2 blocks. */
const BLOCKS = 4;
const BLOCK_SIZE = FINGERPRINT_SIZE / BLOCKS;
const QUARTERS = 4;

/**
 * Finds to each picture an earlier one that it nearly copies: fingerprints that differ by at most 1/255 on average. Exact, without comparing
 * each with all.
 *
 * With d = Σ|a − b| over all n cells, near copies have d ≤ n. For any part of the cells, |Σa − Σb| ≤ Σ|a − b| ≤ d (triangle inequality), and
 * over disjoint parts these differences sum up to at most d. All are whole numbers, so no rounding can hide a copy:
 * 1. The sums of the four quarters each differ by at most n. Pictures are kept by those sums in units of 2n, so a near copy lies in the same unit
 *    or in the one that the sum is nearer to: 2⁴ places to look.
 * 2. What is found there must have block sums whose differences together are at most n: in memory, 16 numbers a channel.
 * 3. What is left is compared cell by cell, from a file.
 *
 * A picture that copies an earlier one isn't kept: copies are counted by the first they were found to copy, not along chains.
 */
export class NearCopyIndex {
  readonly #channels: number;
  /** n: the number of cells, and the largest difference of near copies. */
  readonly #limit: number;
  readonly #places = new Map<string, number[]>();
  readonly #blockSums: Uint16Array[] = [];
  readonly #names: string[] = [];
  readonly #file: FingerprintFile;

  /** Errors: `io` here and in `add`: the fingerprints lie in a temporary file. */
  constructor(channels: number) {
    this.#channels = channels;
    this.#limit = FINGERPRINT_SIZE * FINGERPRINT_SIZE * channels;
    this.#file = new FingerprintFile(this.#limit);
  }

  /** The name of an earlier picture that this one nearly copies; undefined where it is new, and kept from now on. */
  add(name: string, fingerprint: Uint8Array): string | undefined {
    invariant(fingerprint.length === this.#limit, `a fingerprint of ${fingerprint.length} bytes`);
    const sums = blockSums(fingerprint, this.#channels);
    const quarters = quarterSums(sums, this.#channels);
    for (const place of this.#placesNear(quarters)) {
      for (const index of this.#places.get(place) ?? []) {
        if (!isWithin(this.#blockSums[index] as Uint16Array, sums, this.#limit)) continue;
        if (isWithin(this.#file.read(index), fingerprint, this.#limit)) return this.#names[index] as string;
      }
    }
    const own = placeOf(quarters.map((sum) => Math.floor(sum / (2 * this.#limit))));
    const there = this.#places.get(own);
    if (there === undefined) this.#places.set(own, [this.#names.length]);
    else there.push(this.#names.length);
    this.#names.push(name);
    this.#blockSums.push(sums);
    this.#file.append(fingerprint);
    return undefined;
  }

  close(): void {
    this.#file.close();
  }

  /** Every place in which a quarter's sum can be at most `limit` away: its own unit, and the one beyond the nearer border. */
  #placesNear(quarters: readonly number[]): readonly string[] {
    const unit = 2 * this.#limit;
    let near: number[][] = [[]];
    for (const sum of quarters) {
      const own = Math.floor(sum / unit);
      // In the middle, at exactly `limit` from both borders, a sum of the next unit is `limit` away and one of the last more than that.
      const next = sum % unit < this.#limit ? own - 1 : own + 1;
      near = near.flatMap((units) => [
        [...units, own],
        [...units, next],
      ]);
    }
    return near.map(placeOf);
  }
}

function placeOf(units: readonly number[]): string {
  return units.join();
}

/** By block and channel; at most 64 · 255 each. */
function blockSums(fingerprint: Uint8Array, channels: number): Uint16Array {
  const sums = new Uint16Array(BLOCKS * BLOCKS * channels);
  let cell = 0;
  for (let row = 0; row < FINGERPRINT_SIZE; row++) {
    for (let column = 0; column < FINGERPRINT_SIZE; column++) {
      const block = (Math.floor(row / BLOCK_SIZE) * BLOCKS + Math.floor(column / BLOCK_SIZE)) * channels;
      for (let channel = 0; channel < channels; channel++) {
        sums[block + channel] = (sums[block + channel] as number) + (fingerprint[cell++] as number);
      }
    }
  }
  return sums;
}

/** Over all channels: colour says less than place, and four sums are enough to look by. */
function quarterSums(sums: Uint16Array, channels: number): readonly number[] {
  const quarters = Array<number>(QUARTERS).fill(0);
  for (const [index, sum] of sums.entries()) {
    const block = Math.floor(index / channels);
    const quarter = (block >= (BLOCKS * BLOCKS) / 2 ? 2 : 0) + (block % BLOCKS >= BLOCKS / 2 ? 1 : 0);
    quarters[quarter] = (quarters[quarter] as number) + sum;
  }
  return quarters;
}

/** Σ|a − b| ≤ limit, given up as soon as it isn't. */
function isWithin(left: Uint8Array | Uint16Array, right: Uint8Array | Uint16Array, limit: number): boolean {
  let difference = 0;
  for (let i = 0; i < left.length; i++) {
    difference += Math.abs((left[i] as number) - (right[i] as number));
    if (difference > limit) return false;
  }
  return true;
}
