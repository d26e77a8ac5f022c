import type { TorchFileListing } from '../formats/torch-archive/torch-file-listing.ts';
import type { ModelFormat } from './detect-format.ts';

/** What a model file holds, read as data: nothing was loaded or run. The shape of `torchlift inspect --json` (schema 1). */
export interface Inspection {
  readonly file: string;
  readonly format: ModelFormat;
  readonly sizeBytes: number;
  /** The framework that wrote it, and its version as the file says; `unknown` where it doesn't. */
  readonly framework: 'keras' | 'onnx' | 'torch' | 'safetensors';
  readonly frameworkVersion: string;
  /** The model's own name; null where there is none. */
  readonly name: string | null;
  readonly inputs: readonly InspectedPort[];
  readonly outputs: readonly InspectedPort[];
  /** Elements of all weights; `trainable` and `nonTrainable` null where the format doesn't say. */
  readonly parameters: { readonly total: number; readonly trainable: number | null; readonly nonTrainable: number | null };
  readonly bytes: { readonly weights: number; readonly optimizer: number; readonly rest: number };
  /** Keras layers in the file's order, nested ones written out; empty for other formats. */
  readonly layers: readonly InspectedLayer[];
  /** ONNX operators with their counts; empty for other formats. */
  readonly operators: readonly { readonly domain: string; readonly op: string; readonly count: number }[];
  /** Named tensors of a safetensors file; empty for other formats. */
  readonly tensors: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[];
  /** Records, pickles and their globals of a PyTorch file; null for other formats. */
  readonly archive: TorchFileListing | null;
  /** What would stop a conversion, one line each. */
  readonly unsupported: readonly string[];
  /** What loading the file elsewhere could run or reach, one line each. */
  readonly unsafe: readonly string[];
  readonly warnings: readonly string[];
}

export interface InspectedPort {
  readonly name: string;
  readonly dtype: string | null;
  readonly shape: readonly (number | string | null)[] | null;
}

export interface InspectedLayer {
  /** Nested models' names joined by `/`. */
  readonly path: string;
  readonly className: string;
  /** Of its first call; null where something unsupported stands in the way. */
  readonly outputShape: readonly (number | string)[] | null;
  readonly calls: number;
  readonly trainableParameters: number | null;
  readonly nonTrainableParameters: number | null;
  /** False for a layer that no output needs: a conversion leaves it out. */
  readonly used: boolean;
}
