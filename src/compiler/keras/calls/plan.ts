import type { Path } from '../../graph/graph.ts';
import type { LayerConfig } from '../dialect/model-config.ts';
import type { TrainingArgument } from './training-argument.ts';

/** One layer of the whole model: what several calls share. */
export interface LayerInstance {
  readonly path: Path;
  readonly className: string;
  readonly config: LayerConfig['config'];
  /** Its own flag: what BatchNormalization goes by. */
  readonly ownTrainable: boolean;
  /** Its own flag and those of all models around it: whether an optimiser sees its weights. */
  readonly trainable: boolean;
}

/** The graph of calls: nested models written out, what no output needs left out, in an order that can be run. */
export interface CallPlan {
  readonly inputs: readonly PlannedInput[];
  readonly outputs: readonly { readonly name: string; readonly tensor: Tensor }[];
  /** Topological; the file's order where that allows. Calls that no output needs are in `dead`. */
  readonly calls: readonly PlannedCall[];
  /** In topological order too. They matter for the layout of a nested model's weights only. */
  readonly dead: readonly PlannedCall[];
}

export interface PlannedInput {
  /** Keras' name: that of its InputLayer. */
  readonly name: string;
  readonly layer: LayerInstance;
}

export interface PlannedCall {
  readonly layer: LayerInstance;
  /** Which of the layer's living calls, from 0. */
  readonly index: number;
  readonly first: PlannedArgument;
  readonly others: readonly (readonly [name: string, argument: PlannedArgument])[];
  /** Of this call or, where it has none, of the model call around it; undefined: follows the mode of the whole model. */
  readonly training: TrainingArgument;
}

/** What one call gives, or a model input. */
export type Tensor =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'output'; readonly call: PlannedCall; readonly index: number };

export type PlannedArgument =
  | { readonly kind: 'tensor'; readonly tensor: Tensor }
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'list'; readonly items: readonly PlannedArgument[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [key: string, argument: PlannedArgument])[] };

/** The tensors of an argument, in Keras' flattening order. */
export function tensorsOf(argument: PlannedArgument): Tensor[] {
  if (argument.kind === 'tensor') return [argument.tensor];
  if (argument.kind === 'list') return argument.items.flatMap(tensorsOf);
  if (argument.kind === 'dict') return argument.entries.flatMap(([, item]) => tensorsOf(item));
  return [];
}

export function tensorsOfCall(call: Pick<PlannedCall, 'first' | 'others'>): Tensor[] {
  return [...tensorsOf(call.first), ...call.others.flatMap(([, argument]) => tensorsOf(argument))];
}
