import type { ArtefactRecord, SourceRecord } from '../manifest.ts';
import type { BenchmarkEvidence, RunPrecision } from './benchmark-evidence.ts';
import type { ValidationEvidence } from './validation-evidence.ts';

/** The shape of what `migrate --json` prints. Rises with every change that an older reader would misread. */
export const MIGRATION_SCHEMA = 1;

/** All that a migration found out. */
export interface MigrationEvidence {
  readonly source: SourceRecord;
  readonly artefacts: Readonly<Record<string, ArtefactRecord>>;
  /** Keras calls and weights that were carried over. */
  readonly calls: number;
  readonly weights: number;
  /** The manifest's. */
  readonly warnings: readonly string[];
  /** The TorchScript files, read as data. */
  readonly archives: readonly ArchiveEvidence[];
  /** By precision, float32 first. */
  readonly runs: readonly PrecisionRun[];
}

export interface ArchiveEvidence {
  readonly file: string;
  /** Names that its pickles import. */
  readonly globals: number;
  /** What loading it could do beyond making tensors, one line each. */
  readonly findings: readonly string[];
}

export interface PrecisionRun {
  readonly precision: RunPrecision;
  readonly validation: ValidationEvidence;
  readonly benchmark: BenchmarkEvidence;
}
