import type { ModelInfo, Path } from '../../graph/graph.ts';

/** The key in `metadata_props`. */
export const METADATA_KEY = 'torchlift';
/** Rises with every change that an older reader would misread. */
export const METADATA_VERSION = 1;

/** What a graph holds beyond ONNX. Values stand under their names in the ONNX file. */
export interface OnnxMetadata {
  readonly model: ModelInfo;
  /** The inputs' names, in order; the ONNX names may differ where they weren't unique. */
  readonly inputs: readonly string[];
  /** The outputs' names and what they give; an Identity stands between where an ONNX output can't be that value itself. */
  readonly outputs: readonly { readonly name: string; readonly value: string }[];
  /** One for each node, in order, without the outputs' Identities. */
  readonly nodes: readonly NodeMetadata[];
  /** One for each initializer, in order. */
  readonly weights: readonly WeightMetadata[];
  /** Names of values that differ in the graph: there they need not be unique. By ONNX name. */
  readonly names: ReadonlyMap<string, string>;
  readonly calls: readonly CallMetadata[];
}

export interface NodeMetadata {
  /** Where it differs from the ONNX node's. */
  readonly name?: string;
  /** Positions in `calls`. */
  readonly calls?: readonly number[];
  /** Float attributes as the doubles that the source gave, where ONNX's float32 lost digits; in a list null where it didn't. */
  readonly floats?: Readonly<Record<string, number | readonly (number | null)[]>>;
}

export interface WeightMetadata {
  /** The initializer's. */
  readonly name: string;
  readonly kind: 'parameter' | 'buffer' | 'constant';
  readonly trainable: boolean;
  readonly owner: Path;
  readonly part?: string;
  readonly role: string;
  readonly sourceName?: string;
}

export interface CallMetadata {
  readonly layer: Path;
  readonly index: number;
  readonly className: string;
  readonly mode: 'follows' | 'inference';
  readonly tap: { readonly value: string; readonly toSource: readonly number[] } | { readonly absorbedBy: number };
}
