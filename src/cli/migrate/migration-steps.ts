import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runBenchmark } from '../../benchmark/benchmark.ts';
import type { RoundsProgress } from '../../benchmark/run-rounds.ts';
import { BENCHMARK_SCHEMA, type RunPrecision } from '../../bundle/evidence/benchmark-evidence.ts';
import { EVIDENCE_SCHEMA } from '../../bundle/evidence/validation-evidence.ts';
import { readManifest, verifiedArtefact } from '../../bundle/read-bundle.ts';
import { replaceFile } from '../../bundle/replace-file.ts';
import { convert } from '../../convert/convert.ts';
import { machine } from '../../core/machine.ts';
import { version } from '../../core/version.ts';
import { validate } from '../../validate/validate.ts';
import { keepValidation } from '../keep-validation.ts';
import { imageListing } from './image-listing.ts';
import type { Step } from './run-steps.ts';

export interface MigrationOptions {
  /** The original, a Keras `.h5`. */
  readonly h5: string;
  /** What is left: the bundle, the evidence, the report and the record of what is done. */
  readonly folder: string;
  /** A folder of images; inputs are generated where there is none. */
  readonly images?: string;
  readonly classes?: readonly string[];
  readonly preprocess?: string;
  readonly policy?: string;
  readonly labels?: string;
  readonly minAgreement: number;
  readonly batchSize: number;
  readonly iterations: number;
  readonly precisions: readonly RunPrecision[];
  /** A line about what is being done. */
  readonly onProgress: (line: string) => void;
  /** `done` of `total` samples are compared. */
  readonly onSamples: (done: number, total: number, line: string) => void;
  readonly onRounds: (progress: RoundsProgress) => void;
}

/** Where a migration leaves what. */
export interface MigrationPaths {
  readonly bundle: string;
  readonly report: string;
  evidence(kind: 'validation' | 'benchmark', precision: RunPrecision): string;
}

/** The name under which the making of this bundle is recorded. */
export const CONVERT = 'convert';

export function convertStep(options: MigrationOptions, { bundle }: MigrationPaths, source: string): Step {
  const { h5, classes, preprocess, policy, precisions, onProgress } = options;
  const variants = (['bf16', 'fp16'] as const).filter((precision) => precisions.includes(precision));
  return {
    name: CONVERT,
    inputs: () => ({
      tool: version(),
      source,
      bundle: basename(bundle),
      classes,
      preprocess: fileOrWord(preprocess),
      policy: fileOrWord(policy),
      variants,
    }),
    // Of another time's content the later steps take notice: it is part of their inputs.
    isThere: () => {
      if (!existsSync(join(bundle, 'manifest.json'))) return false;
      const manifest = readManifest(bundle);
      if (manifest.source.sha256 !== source) return false;
      for (const file of Object.keys(manifest.artefacts)) verifiedArtefact(bundle, manifest, file);
      return true;
    },
    run: async () => {
      await convert(h5, {
        output: bundle,
        precisions: variants,
        ...(classes !== undefined && { classes }),
        ...(preprocess !== undefined && { preprocess }),
        ...(policy !== undefined && { policy }),
        force: true,
        onProgress,
      });
    },
  };
}

export function validateStep(options: MigrationOptions, paths: MigrationPaths, source: string, precision: RunPrecision): Step {
  const { h5, images, labels, minAgreement, onSamples } = options;
  const result = paths.evidence('validation', precision);
  return {
    name: `validate ${precision}`,
    inputs: () => ({
      tool: version(),
      source,
      ...bundleContent(paths.bundle, precision),
      images: images === undefined ? null : imageListing(images),
      labels: fileOrWord(labels),
      minAgreement,
    }),
    isThere: () => isEvidence(result, EVIDENCE_SCHEMA),
    run: async () => {
      const evidence = await validate({
        candidate: paths.bundle,
        reference: h5,
        ...(images !== undefined && { images }),
        ...(labels !== undefined && { labels }),
        minAgreement,
        precision,
        // The other precisions differ in every layer by their rounding alone.
        layers: precision === 'fp32',
        onProgress: onSamples,
      });
      // The bundle holds one validation: that of what is served unless another is asked for.
      if (precision === 'fp32') keepValidation(paths.bundle, evidence);
      replaceFile(result, `${JSON.stringify(evidence, null, 1)}\n`);
    },
  };
}

export function benchmarkStep(options: MigrationOptions, paths: MigrationPaths, source: string, precision: RunPrecision): Step {
  const { h5, batchSize, iterations, onProgress, onRounds } = options;
  const result = paths.evidence('benchmark', precision);
  return {
    name: `benchmark ${precision}`,
    inputs: () => ({ tool: version(), source, ...bundleContent(paths.bundle, precision), machine: machine(), batchSize, iterations }),
    isThere: () => isEvidence(result, BENCHMARK_SCHEMA),
    run: async () => {
      const evidence = await runBenchmark({
        bundle: paths.bundle,
        reference: h5,
        frameworks: ['pytorch', 'tensorflow'],
        batchSize,
        iterations,
        precision,
        device: 'auto',
        endToEnd: false,
        onProgress,
        onRounds,
      });
      replaceFile(result, `${JSON.stringify(evidence, null, 1)}\n`);
    },
  };
}

/** Errors: `hash-mismatch` where the served file isn't the one that was converted. */
function bundleContent(bundle: string, precision: RunPrecision) {
  const file = precision === 'bf16' || precision === 'fp16' ? `model.${precision}.pt` : 'model.pt';
  const manifest = readManifest(bundle);
  verifiedArtefact(bundle, manifest, file);
  // What the first validation adds to the manifest changes nothing of the bundle.
  const { probes, ...preprocess } = manifest.preprocess;
  const content = createHash('sha256')
    .update(JSON.stringify({ ...manifest, preprocess }))
    .digest('hex');
  return { manifest: content, served: manifest.artefacts[file]?.sha256 };
}

/** Whether the file holds evidence that can be read; what a disk damaged is made again. */
function isEvidence(file: string, schema: number): boolean {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { schema?: unknown } | null)?.schema === schema;
  } catch {
    return false;
  }
}

/** A file by its content, a preset by its name; null where there is none. */
function fileOrWord(option: string | undefined): string | null {
  return option === undefined ? null : existsSync(option) ? readFileSync(option, 'utf8') : option;
}
