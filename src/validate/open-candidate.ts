import type { SideEvidence } from '../bundle/evidence/validation-evidence.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { verifiedArtefact } from '../bundle/read-bundle.ts';
import type { Device, RunOptions } from '../engines/engine.ts';
import type { Progress } from '../engines/runtimes/ensure-runtime.ts';
import { openWorker, type WorkerEngine } from '../engines/worker-engine.ts';
import { SUPERVISION } from './supervision.ts';

/** How the candidate computes: `fp32` and `autocast` run `model.pt`, the others their variant file. */
export const VALIDATED_PRECISIONS = ['fp32', 'autocast', 'bf16', 'fp16'] as const;
export type ValidatedPrecision = (typeof VALIDATED_PRECISIONS)[number];

export interface CandidateOptions {
  /** Path of what `verifiedModel` gave. */
  readonly model: string;
  readonly manifest: Manifest;
  readonly precision: ValidatedPrecision;
  readonly device: Device;
  readonly progress: Progress;
  readonly onRestart: (why: string) => void;
}

export interface Candidate {
  readonly engine: WorkerEngine;
  readonly runOptions: RunOptions;
  readonly side: SideEvidence;
}

/** Path of the file that a precision runs, its hash verified. Errors: `usage` (the variant isn't in the bundle), `hash-mismatch`. */
export function verifiedModel(bundle: string, manifest: Manifest, precision: ValidatedPrecision): string {
  return verifiedArtefact(bundle, manifest, fileOf(precision));
}

function fileOf(precision: ValidatedPrecision): string {
  return precision === 'fp32' || precision === 'autocast' ? 'model.pt' : `model.${precision}.pt`;
}

/** Starts the bundle's model. Errors: those of `openWorker`. */
export async function openCandidate({ model, manifest, precision, device, progress, onRestart }: CandidateOptions): Promise<Candidate> {
  const file = fileOf(precision);
  const engine = await openWorker({ engine: 'torch', model, device, supervision: { ...SUPERVISION, onRestart }, progress });
  const sha256 = manifest.artefacts[file]?.sha256 ?? null;
  const runOptions = precision === 'autocast' ? ({ precision: 'autocast' } as const) : {};
  return { engine, runOptions, side: { engine: engine.description, model: file, sha256, precision } };
}
