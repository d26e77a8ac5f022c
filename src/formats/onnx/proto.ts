import type { TensorSource } from '../../core/tensor-source.ts';
import type { Refusal } from './external-data.ts';

/**
 * The messages of an ONNX file, as onnx.proto names them (camelCase), with what we read or write. Documentation strings and
 * fields of no use here are skipped. Tensors stay in the file. Nothing is interpreted: an operator, a domain, a shape may be anything.
 */
export interface ModelProto {
  readonly irVersion: number;
  readonly opsetImport: readonly OperatorSetIdProto[];
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  readonly graph: GraphProto;
  /** In the file's order; a key may stand here twice in a hostile file. */
  readonly metadataProps: readonly StringStringEntryProto[];
  readonly functions: readonly FunctionProto[];
  /** How many `training_info` messages the file has; they are skipped. */
  readonly trainingInfoCount: number;
}

export interface OperatorSetIdProto {
  readonly domain: string;
  readonly version: number;
}

export interface StringStringEntryProto {
  readonly key: string;
  readonly value: string;
}

export interface FunctionProto {
  readonly name: string;
  readonly domain: string;
  readonly nodes: readonly NodeProto[];
}

export interface GraphProto {
  readonly name: string;
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  /** How many `sparse_initializer` messages the graph has; they are skipped. */
  readonly sparseInitializerCount: number;
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  readonly valueInfo: readonly ValueInfoProto[];
}

export interface NodeProto {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  /** `''` stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly AttributeProto[];
}

/** By its declared type. Integers are bigint: INT64_MAX is common (a Slice's end). */
export type AttributeProto = { readonly name: string } & (
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'floats'; readonly values: readonly number[] }
  | { readonly type: 'ints'; readonly values: readonly bigint[] }
  | { readonly type: 'strings'; readonly values: readonly string[] }
  | { readonly type: 'tensor'; readonly value: TensorProto }
  | { readonly type: 'graph'; readonly value: GraphProto }
  /** Sparse tensors, types, lists of tensors or graphs, references to a function's attribute: skipped. */
  | { readonly type: 'other'; readonly code: number }
);

export interface TensorProto {
  readonly name: string;
  /** `TensorProto.DataType`. */
  readonly dataType: number;
  /** Not negative, at most `LIMITS.rank` of them. */
  readonly dims: readonly number[];
  /** Undefined where `dataType` is none that a graph has (strings, complex, 8-bit floats …). */
  readonly source: TensorSource | undefined;
  /** Bytes of the elements in the file. */
  readonly sizeBytes: number;
  /** Set where the elements lie in another file. With `refusal` (no base name, a link, missing, too short) reading throws. */
  readonly external?: { readonly location: string; readonly refusal?: Refusal };
}

export interface ValueInfoProto {
  readonly name: string;
  /** Undefined for a sequence, map or optional, or where the file gives no type. */
  readonly type: TensorTypeProto | undefined;
}

export interface TensorTypeProto {
  /** `TensorProto.DataType`. */
  readonly elemType: number;
  /** A name where a size is free, null where it is unknown; undefined where not even the rank is known. */
  readonly shape: readonly (number | string | null)[] | undefined;
}
