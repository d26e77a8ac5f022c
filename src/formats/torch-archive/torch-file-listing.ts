import type { PickleGlobal, PickleScan } from '../pickle/scan-pickle.ts';

/**
 * `torchscript`: `torch.jit.save` · `torch-save`: a checkpoint of `torch.save` · `torch-save-legacy`: the same before 1.6, no zip ·
 * `pt2`: `torch.export` or an AOTInductor package · `torch-package`: sources and pickles · `pickle`: any other pickle.
 */
export type TorchFileKind = 'torchscript' | 'torch-save' | 'torch-save-legacy' | 'pt2' | 'torch-package' | 'pickle';

/**
 * What loading the file could do beyond making tensors.
 * `unsafe-global`: a pickle imports a name outside the allow-list · `opaque-opcode`: and one that can't be told from the bytes ·
 * `damaged-pickle`: it can't be followed to its end · `suspicious-code`: TorchScript code names an operator that reaches out ·
 * `python-source`: Python code that loading runs · `native-code`: a library for the processor · `pickled-weights`: a `.pt2` that has torch
 * unpickle its weights · `ambiguous-name`: two records that torch, which ignores case, can't tell apart · `nested-archive`: archives in archives.
 */
type TorchFindingRule =
  | 'unsafe-global'
  | 'opaque-opcode'
  | 'damaged-pickle'
  | 'suspicious-code'
  | 'python-source'
  | 'native-code'
  | 'pickled-weights'
  | 'ambiguous-name'
  | 'nested-archive';

export interface TorchFinding {
  readonly rule: TorchFindingRule;
  /** The record it stands in; records of an archive inside a record are written `outer.pt!inner/data.pkl`. */
  readonly record: string;
  readonly what: string;
}

export interface TorchFileListing {
  readonly kind: TorchFileKind;
  /** In the file's order; none for files that are no zip. */
  readonly records: readonly { readonly name: string; readonly sizeBytes: number; readonly compressedBytes: number }[];
  /** Bytes of raw tensor data, as far as the layout tells. */
  readonly tensorBytes: number;
  /** What the `version` record says, and `byteorder`. */
  readonly version: string | undefined;
  readonly byteOrder: string | undefined;
  readonly pickles: readonly { readonly record: string; readonly scan: PickleScan }[];
  /** Of all pickles, once each. */
  readonly globals: readonly (PickleGlobal & { readonly isSafe: boolean })[];
  /** Records with TorchScript or Python source. */
  readonly code: readonly string[];
  /** Empty for a file that only makes tensors. */
  readonly findings: readonly TorchFinding[];
}
