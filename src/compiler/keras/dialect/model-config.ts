/**
 * The one modern form of a Keras model: what `readModelConfig` makes of every dialect. A Sequential model is a graph like any other,
 * its implied InputLayer written out. Everything here was checked: names are strings, no layer's name stands twice in one model.
 */
export interface ModelConfig {
  readonly name: string;
  /** As saved: `Functional`, `Model`, `Sequential`, or a subclass' name. */
  readonly className: string;
  /** The model's own flag (saved since Keras 2.11, true before). */
  readonly trainable: boolean;
  /** In the file's order, which is the order of the weights in a nested model's group. */
  readonly layers: readonly LayerConfig[];
  /** Flattened as Keras flattens: lists in order, dicts by sorted key. */
  readonly inputs: readonly TensorReference[];
  /** The sorted keys, where the inputs are a dict. */
  readonly inputKeys: readonly string[] | undefined;
  readonly outputs: readonly TensorReference[];
}

export interface LayerConfig {
  readonly name: string;
  /** Keras 2.15's name of the class; a registered custom class keeps its prefix (`Custom>Scale`). */
  readonly className: string;
  /**
   * Keras 2.15's keys, with: numpy values and tuples as plain numbers and lists; `activation` and every `…_activation` a plain name
   * (`relu`, `leaky_relu`, `LeakyReLU` …) or `{ class_name, config }` of the layer it is; `data_format` never null; an `axis` list of one
   * entry as an integer; `dtype` a string, float policies as `float32`; an InputLayer's shape as `batch_input_shape`. Initializers,
   * regularizers and constraints are left out.
   */
  readonly config: Readonly<Record<string, unknown>>;
  readonly trainable: boolean;
  /** Layers saved with one `shared_object_id` are one layer (Keras 2.5 and later). */
  readonly sharedId: number | undefined;
  /** The nested model, where the layer is one. */
  readonly model: ModelConfig | undefined;
  /** Its calls in this model, in the file's order. Empty for an InputLayer. */
  readonly nodes: readonly InboundNode[];
}

export interface InboundNode {
  readonly first: CallArgument;
  readonly others: readonly (readonly [name: string, argument: CallArgument])[];
}

export type CallArgument =
  | { readonly kind: 'tensor'; readonly reference: TensorReference }
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'list'; readonly items: readonly CallArgument[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [key: string, argument: CallArgument])[] };

/** `[layer, node, tensor]` as the file has it; which call `node` means is resolved by `calls/`. */
export interface TensorReference {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}
