import type { DType } from '../../core/dtypes.ts';
import type { Call, CallId, ModelInfo, Path, ValueId } from '../graph/graph.ts';
import type { AtenName } from './aten.ts';

/** A straight-line list of aten calls: what every lowering makes and both printers (readable Python, TorchScript) print. */
export interface Program {
  readonly model: ModelInfo;
  /** Every parameter and buffer, in graph order. `value` is a constant expression of the graph; `shape` and `dtype` are its. */
  readonly state: readonly StateEntry[];
  /** In Keras' order. */
  readonly inputs: readonly (Variable & { readonly portName: string })[];
  readonly body: readonly Statement[];
  /** In Keras' order; a variable may stand here twice. */
  readonly outputs: readonly { readonly portName: string; readonly variable: Variable }[];
  /** The graph's calls, in call order: which layer a statement belongs to, and in which of its calls. Empty for a foreign graph. */
  readonly calls: readonly Call[];
  readonly taps: ReadonlyMap<CallId, { readonly variable: Variable; readonly toSource: readonly number[] }>;
}

export interface StateEntry {
  /** The `state_dict` key: `base.block_1_expand.weight` (graph/state-keys.ts makes it). */
  readonly key: string;
  readonly value: ValueId;
  readonly kind: 'parameter' | 'buffer' | 'constant';
  readonly trainable: boolean;
  readonly owner: Path;
  readonly part?: string;
  readonly role: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

export interface Variable {
  readonly id: number;
  /** The graph value's name, a hint for printers: `block_1_expand_relu`. */
  readonly name: string;
  readonly dtype: DType;
  /** Sizes; strings where free (`'N'`). */
  readonly shape: readonly (number | string)[];
}

export interface Statement {
  readonly op: AtenName;
  /** One for each parameter of the operator's schema (aten.ts), defaults included. */
  readonly arguments: readonly Argument[];
  readonly results: readonly Variable[];
  readonly calls: readonly CallId[];
}

/** `training`: the module's own mode (`self.training`); it only stands where a call's mode is `follows`. */
export type Argument =
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'state'; readonly key: string }
  | { readonly kind: 'tensors'; readonly items: readonly Argument[] }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly values: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'dtype'; readonly value: DType }
  | { readonly kind: 'memory-format'; readonly value: 'contiguous' | 'channels_last' }
  | { readonly kind: 'training' }
  | { readonly kind: 'none' };
