import type { DType } from '../core/dtypes.ts';

/** The shape of `manifest.json`. Rises with every change that an older reader would misread. */
export const MANIFEST_SCHEMA = 1;

/** What a conversion did, complete enough to repeat it and to check every file it left. Holds no time and no path: equal inputs give equal bytes. */
export interface Manifest {
  readonly schema: typeof MANIFEST_SCHEMA;
  readonly tool: { readonly name: 'torchlift'; readonly version: string };
  readonly source: SourceRecord;
  readonly inputs: readonly PortRecord[];
  readonly outputs: readonly OutputRecord[];
  /** Class names in the order of the scores; null where unknown. */
  readonly classes: readonly string[] | null;
  readonly preprocess: {
    readonly steps: readonly unknown[];
    readonly assumed: boolean;
    /** From the first validation on: by name of a probe image that comes with the package, sha256 of the row that `preprocess.py` makes of it. */
    readonly probes?: Readonly<Record<string, string>>;
  };
  readonly policy: unknown;
  /** Every weight of the source that the model uses, in the source's order. */
  readonly weights: readonly WeightRecord[];
  /** Every Keras call in call order. */
  readonly calls: readonly CallRecord[];
  readonly artefacts: Readonly<Record<string, ArtefactRecord>>;
  readonly passes: { readonly train: readonly string[]; readonly inference: readonly string[] };
  readonly warnings: readonly string[];
}

export interface SourceRecord {
  readonly file: string;
  /** Of the file's bytes; for a tfjs model, of `model.json` followed by its shards. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly format: 'keras-h5' | 'tfjs-layers' | 'onnx';
  readonly framework: 'keras' | 'onnx';
  readonly frameworkVersion: string;
  readonly bytes: { readonly weights: number; readonly optimizer: number; readonly rest: number };
}

export interface PortRecord {
  readonly name: string;
  readonly dtype: DType;
  /** Sizes; a name (`N`: the batch) where free. */
  readonly shape: readonly (number | string)[];
  /** `NHWC` or `NCHW` for an image, null otherwise. */
  readonly layout: 'NHWC' | 'NCHW' | null;
}

export interface OutputRecord extends PortRecord {
  /** The activation that makes the scores, from the graph's last operator; null where that is another one. Bundles of old lack it. */
  readonly head?: 'softmax' | 'sigmoid' | 'linear' | null;
}

export interface WeightRecord {
  /** As the source calls it, `conv1/kernel:0`. */
  readonly source: string;
  /** The key in `model.safetensors` and in `state_dict()`. */
  readonly key: string;
  readonly sourceShape: readonly number[];
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly trainable: boolean;
  /** The layout change, as operators from source to key: `["Transpose 3,2,0,1"]`; empty where there was none. */
  readonly layoutChange: readonly string[];
}

export interface CallRecord {
  /** Path of the layer, nested models joined by `/`. */
  readonly layer: string;
  readonly index: number;
  readonly className: string;
  readonly mode: 'follows' | 'inference';
  /** A value of `model.onnx`, with the permutation back to Keras' axis order. */
  readonly tap: { readonly value: string; readonly toSource: readonly number[] } | AbsorbedRecord;
  /**
   * The same in `model.pt` and its variants, where BatchNormalization is folded and Dropout gone: `tap` is the position in what their method
   * `layers` returns. Null where the value is a constant there.
   */
  readonly served: { readonly tap: number; readonly toSource: readonly number[] } | AbsorbedRecord | null;
}

/** The position in `calls` of the call that swallowed this one: its own value doesn't exist any more. */
export interface AbsorbedRecord {
  readonly absorbedBy: number;
}

export interface ArtefactRecord {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Of the weights inside; null for source code. */
  readonly precision: 'float32' | 'bfloat16' | 'float16' | null;
}
