import type { Machine } from '../../core/machine.ts';
import type { AgreementEvidence, FlipEvidence } from './agreement-evidence.ts';
import type { LayerComparison } from './layer-comparison.ts';

/** The shape of the files in `evidence/`. Rises with every change that an older reader would misread. */
export const EVIDENCE_SCHEMA = 1;

/** What every piece of evidence says of its origin. */
export interface EvidenceHeader {
  readonly schema: typeof EVIDENCE_SCHEMA;
  readonly tool: { readonly name: 'torchlift'; readonly version: string };
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly machine: MachineEvidence;
}

/** `gpu`: the device's name, as a worker told it. */
export type MachineEvidence = Pick<Machine, 'processor' | 'cores' | 'system'> & { readonly gpu: string | null };

/** One of the two models that were compared. */
export interface SideEvidence {
  /** `torch 2.13.0+cpu`, `tensorflow 2.10.1`, `TF Serving at https://…`, `recorded scores`. */
  readonly engine: string;
  /** A file or URL. */
  readonly model: string;
  readonly sha256: string | null;
  readonly precision: 'fp32' | 'autocast' | 'bf16' | 'fp16' | null;
}

/** `evidence/validation.json`, and what `torchlift validate --json` prints; with `--layers` the layers' comparison too. */
export interface ValidationEvidence extends EvidenceHeader, AgreementEvidence, Partial<LayerComparison> {
  readonly kind: 'validation';
  readonly reference: SideEvidence;
  readonly candidate: SideEvidence;
  /** By which scores were turned into actions: the bundle's, or that of `--policy`; null where there is none. */
  readonly policy: unknown;
  /** A folder, a file, or `generated`. */
  readonly data: string;
  /** What the figures above are of. */
  readonly stage: Stage;
  /** Where both sides were compared from several points on (the same tensors, pixels, bytes): all of them, on the same images. */
  readonly stages: readonly StageEvidence[];
  /** Files that weren't images or couldn't be read; a list of at most as many as were asked for. */
  readonly skipped: { readonly total: number; readonly files: readonly { readonly path: string; readonly reason: string }[] };
  /** Whether a skipped file fails it. */
  readonly strict: boolean;
  /** Whether `model.pt` answers as `model.py` does, on the rows that were compared layer by layer: the largest difference of a score; `--layers`. */
  readonly sourceDifference?: number | null;
  /** Where images went through a pipeline. */
  readonly probes?: ProbeEvidence;
  /** `--find-preprocess`. */
  readonly preprocess?: FoundPipelineEvidence;
  readonly warnings: readonly string[];
}

/** Labels alone, twenty of them, are reproduced by many a pipeline: so many images must have told more before one is found. */
export const TELLING_IMAGES = 3;

/** Which pipeline in front of the model reproduces recorded scores. Steps as in the manifest. */
export interface FoundPipelineEvidence {
  readonly found: boolean;
  /** How many images it was judged on, and on how many of them the recorded scores are more than a label. */
  readonly images: number;
  readonly telling: number;
  /** The preset's name, where it is one. */
  readonly preset: string | null;
  /** The nearest, found or not; null where no image could be prepared at all. */
  readonly steps: readonly unknown[] | null;
  /** Mean over the images of the largest difference of a score. */
  readonly distance: number | null;
  /** Others that no image tells apart from it. */
  readonly equivalent: readonly { readonly steps: readonly unknown[]; readonly preset: string | null }[];
  /** The nearest that can be told apart. */
  readonly runnerUp: { readonly steps: readonly unknown[]; readonly preset: string | null; readonly distance: number } | null;
}

/** Whether another machine sees the same pixels. */
export interface ProbeEvidence {
  /** sha256 of `preprocess.py`. */
  readonly pipeline: string;
  /** By name of a probe image that comes with the package: sha256 of the row that the pipeline made of it here. */
  readonly images: Readonly<Record<string, string>>;
}

/** What both sides were given alike: the model's input, decoded pixels, or the file as it is. */
export type Stage = 'tensors' | 'pixels' | 'bytes';

export interface StageEvidence
  extends Pick<AgreementEvidence, 'samples' | 'agreements' | 'agreement' | 'clopperPearson' | 'lowerBound' | 'maxScoreDifference'> {
  readonly stage: Stage;
  /** Images of which the two pipelines made different model inputs. */
  readonly otherInputs: number;
  /** Images that one side alone didn't take: disagreements. */
  readonly refused: { readonly reference: number; readonly candidate: number };
  /** The most dangerous disagreements. */
  readonly flips: readonly FlipEvidence[];
}
