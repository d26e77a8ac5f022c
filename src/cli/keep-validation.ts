import { type EvidenceName, readEvidence, writeEvidence } from '../bundle/evidence/evidence-file.ts';
import { EVIDENCE_SCHEMA, type ValidationEvidence } from '../bundle/evidence/validation-evidence.ts';
import { writeProbes } from '../bundle/write-probes.ts';
import { counted } from '../report/numbers.ts';
import { printValidation } from '../report/validation/print-validation.ts';
import { verdictWord } from '../report/validation/verdict-words.ts';
import { flipPictures } from '../validate/flip-pictures.ts';

export interface Kept {
  /** Path of the page. */
  readonly page: string;
  /** What stood there before: `600 samples, passed`; null where nothing did. */
  readonly replaced: string | null;
}

/**
 * Puts a validation into the bundle: its evidence and page, and into the manifest what its pipeline makes of the probe images. One of another
 * precision, or one that only looked for a pipeline, leaves that of the served model where it is. Errors: `io`.
 */
export function keepValidation(bundle: string, evidence: ValidationEvidence): Kept {
  if (evidence.probes !== undefined) writeProbes(bundle, evidence.probes);
  const name = nameOf(evidence);
  const before = readEvidence<ValidationEvidence>(bundle, name, EVIDENCE_SCHEMA);
  const { page } = writeEvidence(bundle, name, evidence, printValidation(evidence, flipPictures(evidence.flips)));
  return { page, replaced: before === undefined ? null : `${counted(before.samples, 'sample')}, ${verdictWord(before).word}` };
}

function nameOf({ preprocess, candidate: { precision } }: ValidationEvidence): EvidenceName {
  if (preprocess !== undefined) return 'find-preprocess';
  return precision === 'autocast' || precision === 'bf16' || precision === 'fp16' ? `validation-${precision}` : 'validation';
}
