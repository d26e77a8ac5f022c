import type { Policy } from '../policy/policy.ts';
import type { Step } from '../preprocess/steps.ts';

/** What `--formats` may name. */
export const ARTEFACT_FORMATS = ['onnx', 'python', 'torchscript'] as const;
export type ArtefactFormat = (typeof ARTEFACT_FORMATS)[number];

/** What `--precision` may name: variants beside the float32 `model.pt`. */
export const PRECISIONS = ['bf16', 'fp16'] as const;
export type Precision = (typeof PRECISIONS)[number];

export interface ConvertOptions {
  /** The bundle's folder; the file's name without its ending, in the current folder, where omitted. */
  readonly output?: string;
  /** All three where omitted. `python` is `model.py` with `model.safetensors`. */
  readonly formats?: readonly ArtefactFormat[];
  /** Adds `model.<precision>.pt`. */
  readonly precisions?: readonly Precision[];
  /** A preset's name, the path of a `steps.json`, or its steps. */
  readonly preprocess?: string | readonly Step[];
  /** Class names in the order of the scores. */
  readonly classes?: readonly string[];
  /** Path of a policy file, or what would stand in it. */
  readonly policy?: string | Policy;
  /** Path of a `model.json` (Keras' `model.to_json()`), for a file that holds only weights. */
  readonly architecture?: string;
  /** Replaces an existing bundle; files in it that no conversion wrote stay. */
  readonly force?: boolean;
  /** A line about each stage, for people. */
  readonly onProgress?: (line: string) => void;
}
