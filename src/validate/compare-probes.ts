import { readEvidence } from '../bundle/evidence/evidence-file.ts';
import { EVIDENCE_SCHEMA, type ProbeEvidence, type ValidationEvidence } from '../bundle/evidence/validation-evidence.ts';

/** A warning where the bundle's last validation saw other pixels by the same pipeline: another decoder, or another processor's rounding. */
export function compareProbes(bundle: string, probes: ProbeEvidence | undefined): readonly string[] {
  const last = readEvidence<ValidationEvidence>(bundle, 'validation', EVIDENCE_SCHEMA);
  if (probes === undefined || last?.probes === undefined || last.probes.pipeline !== probes.pipeline) return [];
  const other = Object.keys(probes.images).filter((name) => last.probes?.images?.[name] !== probes.images[name]);
  if (other.length === 0) return [];
  return [
    `this machine makes other pixels of the probe images (${other.join(', ')}) than the one of the last validation (${last.created}): its decoder differs`,
  ];
}
