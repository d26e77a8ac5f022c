import type { TensorSource } from '../core/tensor-source.ts';

/** A saved Keras model as its file holds it: JSON as untrusted data, weights as sources that stay in the file. Nothing is interpreted yet. */
export interface KerasModelFile {
  readonly format: 'keras-h5' | 'tfjs-layers';
  readonly fileName: string;
  /** `model_config`, parsed; undefined in a weights-only file. Any JSON value: not validated here. */
  readonly config: unknown;
  /** `training_config`, parsed; undefined where none was saved. */
  readonly trainingConfig: unknown;
  readonly kerasVersion: string | undefined;
  readonly backend: string | undefined;
  /**
   * The weights, in the file's order. `.h5`: one group for each entry of `layer_names` (empty ones too), its weights in the order
   * of `weight_names`. tfjs: one group with `layer` null and all weights in the manifest's order.
   */
  readonly groups: readonly WeightGroup[];
  /** Weights of the model itself, which belong to no layer (`.h5` of a subclassed model, mostly); absent where there are none. */
  readonly topLevelWeights?: readonly NamedWeight[];
  /** Where the bytes go. `rest` = file size − weights − optimizer. */
  readonly bytes: { readonly weights: number; readonly optimizer: number; readonly rest: number };
  close(): void;
}

export interface WeightGroup {
  readonly layer: string | null;
  readonly weights: readonly NamedWeight[];
}

export interface NamedWeight {
  /** As saved, e.g. `block_1_expand/kernel:0`. For messages and the manifest only: weights bind by order (docs/architecture.md, Binding). */
  readonly name: string;
  readonly source: TensorSource;
}
