import type { GraphBuilder } from '../graph/builder.ts';
import type { CallId, Path, Shape, ValueId } from '../graph/graph.ts';
import type { ConfigReader } from './config-reader.ts';

/**
 * How one Keras class becomes ONNX operators. One file per family under `layers/`, a named value each, a sorted index, no side effects:
 * `export const conv2d = defineLayer({…})`. Configs arrive in the one modern form (Keras 2.15's keys), after `dialect/`.
 */
export interface LayerDefinition<Config> {
  readonly className: string;
  /** Reads and checks the config; unknown values of an option throw `unsupported` naming layer, key and value. Training-only keys are never looked at. */
  parse(reader: ConfigReader): Config;
  /** The layer's variables in the order Keras lists them (`layer.weights`: trainable, then not), shapes exact, given the shapes of its first call's inputs. */
  weights(config: Config, inputShapes: readonly Shape[]): readonly WeightSpec[];
  /** Emits the call and returns its outputs in Keras' axis order (Transposes around what needs NCHW; the layout pass removes them). */
  emit(context: EmitContext<Config>): readonly ValueId[];
}

export interface WeightSpec {
  readonly shape: readonly number[];
  readonly kind: 'parameter' | 'buffer';
  /** PyTorch's name of the role (`weight`, `bias`, `running_mean`, `running_var`, else Keras' own: `alpha`, `gamma`, `mean` …). */
  readonly role: string;
  /** `depthwise` / `pointwise`, where a layer has several kernels. */
  readonly part?: string;
  /** Keras' name, for messages: `kernel`, `moving_mean`. */
  readonly kerasName: string;
}

export interface EmitContext<Config> {
  readonly builder: GraphBuilder;
  readonly config: Config;
  readonly layer: Path;
  readonly call: CallId;
  readonly mode: 'follows' | 'inference';
  /** The layer's own `trainable`, enclosing models' included. */
  readonly trainable: boolean;
  /** The call's tensor inputs, in Keras' axis order. */
  readonly inputs: readonly ValueId[];
  /**
   * The call's first argument as the file has it: `{ tensor: ValueId }`, a constant (`1.0 - x` calls `math.subtract` with the number
   * first: `["_CONSTANT_VALUE", -1, 1.0, …]`), or a list of these at any depth. `inputs` are its tensors, in order.
   */
  readonly firstArgument: unknown;
  /** The call's other arguments, tensors replaced by `{ tensor: ValueId }` at any depth (TFOpLambda, SlicingOpLambda). */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The graph value of a bound weight, in Keras' layout. */
  weight(role: string, part?: string): ValueId;
  /** `builder.node` with this call's provenance and a name derived from the layer's. */
  node(
    op: string,
    inputs: readonly (ValueId | null)[],
    attributes?: Readonly<Record<string, number | string | readonly number[] | readonly string[]>>,
  ): ValueId;
  nodes(
    op: string,
    inputs: readonly (ValueId | null)[],
    outputCount: number,
    attributes?: Readonly<Record<string, number | string | readonly number[] | readonly string[]>>,
  ): readonly ValueId[];
  shape(value: ValueId): Shape;
  /** A finding that ends the import after all layers were looked at (exit 7), naming the layer. */
  unsupported(what: string, remedy?: string): never;
  /** A line for the manifest's warnings. */
  warn(what: string): void;
}

/** Identity with types; erases the config's type for the table. */
export function defineLayer<Config>(definition: LayerDefinition<Config>): LayerDefinition<unknown> {
  return definition as LayerDefinition<unknown>;
}
