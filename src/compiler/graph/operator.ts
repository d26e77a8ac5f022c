import type { DType } from '../../core/dtypes.ts';
import type { Attributes, AttributeValue, Shape, Value } from './graph.ts';

/** What ONNX says of one operator at one version: arity, attributes with their types, and what comes out. */
export interface OperatorSpec {
  readonly op: string;
  readonly domain: string;
  readonly since: number;
  readonly inputs: readonly [min: number, max: number];
  readonly outputs: readonly [min: number, max: number];
  /** Attributes without a default are required unless `optional`. */
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
  /** Shapes and dtypes of the outputs. Throws a TorchliftError (`internal`) where the inputs can't be. */
  infer(context: InferContext): readonly { readonly dtype: DType; readonly shape: Shape }[];
}

export interface AttributeSpec {
  readonly type: 'int' | 'float' | 'string' | 'ints' | 'floats' | 'strings';
  readonly default?: AttributeValue;
  readonly optional?: true;
}

export interface InferContext {
  /** The node's name, for messages. */
  readonly node: string;
  readonly inputs: readonly (Value | null)[];
  /** Defaults filled in. */
  readonly attributes: Attributes;
  readonly outputCount: number;
  /** The integers of input `index`, where it is a constant (a Reshape's shape, a Pad's pads). */
  constant(index: number): readonly number[] | undefined;
  /** The same for a constant of floats (a Resize's scales). */
  numbers(index: number): readonly number[] | undefined;
}

/** Identity with types, so that an operator is a named value: `export const conv = defineOperator({…})`. */
export function defineOperator(spec: OperatorSpec): OperatorSpec {
  return spec;
}
