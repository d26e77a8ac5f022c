import { closeSync, openSync, readSync } from 'node:fs';
import { invariant } from '../../src/core/errors.ts';
import type { Tensor } from '../../src/engines/tensor.ts';

/** A float32 `.npy` in C order (NumPy's format 1.0), read rows at a time: the file may be larger than memory is welcome. */
export class NpyReader {
  /** [N, …] */
  readonly shape: readonly number[];
  readonly #file: number;
  readonly #start: number;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    const prefix = this.#read(0, 10);
    this.#start = 10 + prefix.readUInt16LE(8);
    const header = this.#read(10, this.#start - 10).toString('latin1');
    invariant(/'descr': '<f4', 'fortran_order': False/.test(header), `${path} isn't a float32 array in C order`);
    const shape = /'shape': \(([\d, ]+)\)/.exec(header)?.[1];
    invariant(shape !== undefined, `${path} has no shape`);
    this.shape = shape.split(',').map(Number);
  }

  /** Rows `from` to `to`, without the last. */
  rows(from: number, to: number): Tensor {
    const row = this.shape.slice(1).reduce((product, size) => product * size, 4);
    return { dtype: 'float32', shape: [to - from, ...this.shape.slice(1)], data: this.#read(this.#start + from * row, (to - from) * row) };
  }

  close(): void {
    closeSync(this.#file);
  }

  #read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.#file, bytes, done, length - done, offset + done);
      invariant(count > 0, 'the array ends early');
      done += count;
    }
    return bytes;
  }
}
