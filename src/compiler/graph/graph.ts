import type { DType } from '../../core/dtypes.ts';
import type { TensorSource } from '../../core/tensor-source.ts';

/**
 * The one graph every model becomes: ONNX operators with ONNX meaning (opset 20), plus typed provenance (which Keras call made a
 * node, which layer owns a weight). `verifyGraph` writes down what a legal graph is and runs after every pass.
 *
 * Immutable: a pass takes a graph and returns another. Build one with `GraphBuilder`.
 */
export interface Graph {
  readonly model: ModelInfo;
  readonly inputs: readonly GraphPort[];
  /** In the framework's order; one value may stand here twice, and may be an input. */
  readonly outputs: readonly GraphPort[];
  readonly values: ReadonlyMap<ValueId, Value>;
  /** Topological order. Nodes over constants only (layout changes of weights) stand among them; see `evaluateConstant`. */
  readonly nodes: readonly Node[];
  /** By value: every tensor that comes from outside the computation. Parameters and buffers stay even where nothing reads them. */
  readonly weights: ReadonlyMap<ValueId, Weight>;
  /** In call order. Empty when the source was a foreign ONNX file. */
  readonly calls: readonly Call[];
}

export type ValueId = number & { readonly __value: never };
export type CallId = number & { readonly __call: never };

/** A nested layer's place: `['base', 'block_1_expand']`. Raw Keras names. */
export type Path = readonly string[];

/** A size, or the name of one that is free: `'N'` is the batch. */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** What the emitted source prints about where the model came from. */
export interface ModelInfo {
  /** Keras' name of the model, e.g. `mobilenetv2_1.00_224`. */
  readonly name: string;
  /** The source file's name, without its folder. */
  readonly sourceName: string;
  readonly framework: 'keras' | 'onnx';
  /** Keras' own version string, `unknown` where the file has none. */
  readonly frameworkVersion: string;
  readonly classes: readonly string[] | undefined;
  /** The steps in front of the model, as the manifest keeps them; undefined where unknown. */
  readonly preprocess: readonly unknown[] | undefined;
}

export interface GraphPort {
  /** Keras' name of the input or output; unique among inputs and among outputs. */
  readonly name: string;
  readonly value: ValueId;
}

export interface Value {
  readonly id: ValueId;
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface Node {
  readonly op: string;
  /** `''` is ONNX's own domain. */
  readonly domain: string;
  /** Exact version of the operator: the opset that introduced the meaning used here. */
  readonly since: number;
  readonly name: string;
  readonly inputs: readonly (ValueId | null)[];
  readonly outputs: readonly ValueId[];
  readonly attributes: Attributes;
  /** The Keras calls it came from: one, or several after a fusion; empty for nodes over constants, Transposes that the layout pass placed, and foreign graphs. */
  readonly calls: readonly CallId[];
}

/** Typed by the operator's spec (`operators/`): an `int` and a `float` are both numbers here. */
export type Attributes = Readonly<Record<string, AttributeValue>>;
export type AttributeValue = number | string | readonly number[] | readonly string[];

export interface Weight {
  readonly value: ValueId;
  /** The bytes stay in the file. */
  readonly source: TensorSource;
  /** parameter: `nn.Parameter` · buffer: moving statistics and the like · constant: shapes, pads, a missing gamma's ones; never in `state_dict`. */
  readonly kind: 'parameter' | 'buffer' | 'constant';
  /** Of the parameter, not of a call; false for buffers and constants. */
  readonly trainable: boolean;
  readonly owner: Path;
  /** Which of a layer's several kernels: SeparableConv2D has `depthwise` and `pointwise`. Becomes a submodule's name. */
  readonly part?: string;
  /** PyTorch's name of its role: `weight`, `bias`, `running_mean`, `running_var`, `alpha`, `mean` … */
  readonly role: string;
  /** The name in the source file, for the manifest; undefined for constants. */
  readonly sourceName?: string;
}

export interface Call {
  readonly id: CallId;
  readonly layer: Path;
  /** Which call of this layer, from 0; nested calls count across all calls of their model. */
  readonly index: number;
  readonly className: string;
  /** Of the call: `training=` in its arguments or an enclosing call's, or a BatchNormalization that isn't trainable. */
  readonly mode: 'follows' | 'inference';
  /**
   * What this call gives: `value` with its axes permuted by `toSource` is Keras' tensor
   * (`toSource[i]` is the axis of `value` that is Keras' axis i, as ONNX Transpose's `perm`); or the call whose node swallowed it.
   */
  readonly tap: Tap;
}

export type Tap = { readonly value: ValueId; readonly toSource: readonly number[] } | { readonly absorbedBy: CallId };
