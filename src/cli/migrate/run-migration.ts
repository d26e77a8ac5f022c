import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { assertWritable } from '../../bundle/atomic-folder.ts';
import type { RunPrecision } from '../../bundle/evidence/benchmark-evidence.ts';
import { writeEvidence } from '../../bundle/evidence/evidence-file.ts';
import type { MigrationEvidence } from '../../bundle/evidence/migration-evidence.ts';
import { orDiskError } from '../../bundle/file-sink.ts';
import { hashFiles } from '../../bundle/hash-file.ts';
import { makeFolders } from '../../bundle/make-folders.ts';
import { readManifest } from '../../bundle/read-bundle.ts';
import { replaceFile } from '../../bundle/replace-file.ts';
import { detectFormat } from '../../convert/detect-format.ts';
import { inspect } from '../../convert/inspect.ts';
import { TorchliftError } from '../../core/errors.ts';
import { withFolderLock } from '../../core/folder-lock.ts';
import { version } from '../../core/version.ts';
import { cacheFolder } from '../../engines/runtimes/cache-folder.ts';
import { isPassed, mainRun } from '../../report/migration/outcome.ts';
import { printMigration } from '../../report/migration/print-migration.ts';
import { flipPictures } from '../../validate/flip-pictures.ts';
import { listImages } from '../../validate/inputs/list-images.ts';
import { MigrationRecord } from './migration-record.ts';
import { benchmarkStep, CONVERT, convertStep, type MigrationOptions, type MigrationPaths, validateStep } from './migration-steps.ts';
import { type RunStepsOptions, runSteps, type Step, type StepOutcome } from './run-steps.ts';

export interface MigrationResult {
  /** Whether the agreement of every precision is certified, and no file can run anything. */
  readonly passed: boolean;
  readonly evidence: MigrationEvidence;
  readonly steps: readonly StepOutcome[];
  readonly bundle: string;
  readonly report: string;
}

/**
 * Converts a model, validates and measures it in every precision, and prints the report: into `folder`, where what an earlier run finished isn't
 * repeated unless its inputs changed. `replaceBundle`: a bundle of another origin there may be replaced.
 *
 * Errors: `bundle-exists`, `usage` (another migration works in the folder), and those of `convert`, `validate` and `runBenchmark`.
 */
export async function runMigration(
  options: MigrationOptions,
  { replaceBundle, ...how }: RunStepsOptions & { readonly replaceBundle: boolean },
): Promise<MigrationResult> {
  const { h5, folder, images } = options;
  if (detectFormat(h5).format !== 'keras-h5')
    throw new TorchliftError('not-a-model', { what: "isn't a Keras .h5, which TensorFlow could be compared on", where: h5 });
  // Found out before anything is converted.
  if (images !== undefined && listImages(images).length === 0)
    throw new TorchliftError('usage', { what: 'has no images', where: images, remedy: 'Name a folder with JPEG, PNG, GIF or BMP files.' });
  const paths = pathsIn(resolve(folder), h5);
  const refuse = (owner: string) => {
    throw new TorchliftError('usage', {
      what: `another migration works in this folder (${owner})`,
      where: folder,
      remedy: 'Wait for it to end, or name another folder with -o.',
    });
  };
  return withFolderLock(lockOf(folder), refuse, () => migrateInto(paths, options, { replaceBundle, ...how }));
}

async function migrateInto(
  paths: MigrationPaths,
  options: MigrationOptions,
  { replaceBundle, ...how }: RunStepsOptions & { readonly replaceBundle: boolean },
): Promise<MigrationResult> {
  const { h5, folder, precisions } = options;
  const ordered: readonly RunPrecision[] = ['fp32', ...precisions.filter((precision) => precision !== 'fp32')];
  const record = MigrationRecord.open(folder);
  // A bundle that this migration began is its own, even where a kill left no note that it was finished.
  if (!record.wasBegun(CONVERT)) assertWritable(paths.bundle, replaceBundle);
  orDiskError(folder, () => void makeFolders(join(resolve(folder), 'evidence')));

  const source = hashFiles([h5]);
  const evidence = () => readEvidence(paths, ordered);
  const steps: readonly Step[] = [
    convertStep(options, paths, source),
    ...ordered.map((precision) => validateStep(options, paths, source, precision)),
    ...ordered.map((precision) => benchmarkStep(options, paths, source, precision)),
    {
      name: 'report',
      inputs: () => ({
        tool: version(),
        manifest: readManifest(paths.bundle).artefacts,
        evidence: evidenceFiles(paths, ordered).map((file) => hashFiles([file])),
      }),
      isThere: () => existsSync(paths.report),
      run: async () => {
        const found = await evidence();
        const pictures = found.runs.flatMap(({ validation }) => [...flipPictures(validation.flips)]);
        // Each benchmark replaced the last one in the bundle; it keeps that of what is served unless another is asked for.
        writeEvidence(paths.bundle, 'benchmark', mainRun(found).benchmark);
        replaceFile(paths.report, printMigration(found, new Map(pictures)));
      },
    },
  ];
  const outcomes = await runSteps(steps, record, how);
  const found = await evidence();
  return { passed: isPassed(found), evidence: found, steps: outcomes, bundle: paths.bundle, report: paths.report };
}

/** Beside the runtimes: a migration that is refused leaves nothing in its folder. */
function lockOf(folder: string): string {
  const name = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16);
  return join(cacheFolder(), 'locks', name);
}

function pathsIn(folder: string, h5: string): MigrationPaths {
  const stem = basename(h5).replace(/\.(h5|hdf5)$/i, '');
  return {
    bundle: join(folder, stem),
    report: join(folder, 'report.html'),
    evidence: (kind, precision) => join(folder, 'evidence', `${kind}-${precision}.json`),
  };
}

function evidenceFiles(paths: MigrationPaths, precisions: readonly RunPrecision[]): readonly string[] {
  return precisions.flatMap((precision) => (['validation', 'benchmark'] as const).map((kind) => paths.evidence(kind, precision)));
}

/** What the steps left, read again: whether they ran now or another time makes no difference. */
async function readEvidence(paths: MigrationPaths, precisions: readonly RunPrecision[]): Promise<MigrationEvidence> {
  const { source, artefacts, calls, weights, warnings } = readManifest(paths.bundle);
  const json = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T;
  const archives = await Promise.all(
    Object.keys(artefacts)
      .filter((file) => file.endsWith('.pt'))
      .map(async (file) => {
        const { archive, unsafe } = await inspect(join(paths.bundle, file));
        return { file, globals: archive?.globals.length ?? 0, findings: unsafe };
      }),
  );
  return {
    source,
    artefacts,
    calls: calls.length,
    weights: weights.length,
    warnings,
    archives,
    runs: precisions.map((precision) => ({
      precision,
      validation: json(paths.evidence('validation', precision)),
      benchmark: json(paths.evidence('benchmark', precision)),
    })),
  };
}
