import type { DType } from '../core/dtypes.ts';

/** A named tensor as it crosses the network: numbers, or byte strings (images, mostly). */
export type WireTensor = NumberTensor | BytesTensor;

export interface NumberTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Raw little-endian elements in C order. */
  readonly data: Uint8Array;
}

/** `DT_STRING` of TensorFlow, `BYTES` of the Open Inference Protocol. */
export interface BytesTensor {
  readonly name: string;
  readonly dtype: 'bytes';
  readonly shape: readonly number[];
  readonly elements: readonly Uint8Array[];
}

/** What a served model takes or gives. */
export interface WirePort {
  readonly name: string;
  readonly dtype: WireTensor['dtype'];
  /** -1 where free; null where the server doesn't say. */
  readonly shape: readonly number[] | null;
}

export interface WireSignature {
  readonly inputs: readonly WirePort[];
  readonly outputs: readonly WirePort[];
}
