import { writeEvidence } from '../bundle/evidence/evidence-file.ts';
import type { ValidationEvidence } from '../bundle/evidence/validation-evidence.ts';
import { writeProbes } from '../bundle/write-probes.ts';
import { printValidation } from '../report/validation/print-validation.ts';
import { flipPictures } from '../validate/flip-pictures.ts';

/**
 * Puts a validation into the bundle: evidence/validation.json and its page, and into the manifest what its pipeline makes of the probe images.
 * Returns the page's path. Errors: `io`.
 */
export function keepValidation(bundle: string, evidence: ValidationEvidence): string {
  if (evidence.probes !== undefined) writeProbes(bundle, evidence.probes);
  return writeEvidence(bundle, 'validation', evidence, printValidation(evidence, flipPictures(evidence.flips))).page;
}
