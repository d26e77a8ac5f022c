import { join } from 'node:path';
import type { RunPrecision } from '../../src/bundle/evidence/benchmark-evidence.ts';
import type { MigrationOptions } from '../../src/cli/migrate/migration-steps.ts';
import { type MigrationResult, runMigration } from '../../src/cli/migrate/run-migration.ts';
import type { RunStepsOptions } from '../../src/cli/migrate/run-steps.ts';
import { DEMO_OPTIONS, makeDemoH5 } from './demo-model.ts';
import { drawSamples } from './draw-samples.ts';
import type { ModelName } from './models.ts';

export interface DemoOptions {
  readonly model: ModelName;
  /** How many crops to compare. */
  readonly samples: number;
  readonly precisions: readonly RunPrecision[];
  /** Measured batches of each framework. */
  readonly iterations: number;
}

type Display = Pick<MigrationOptions, 'onProgress' | 'onSamples' | 'onRounds'> & Pick<RunStepsOptions, 'onStep'>;

/**
 * `migrate` on the real model: rebuilt as `.h5`, with crops of real photos to compare on. Leaves `demo/<model>/` in the current folder; what an
 * earlier run finished there isn't repeated.
 */
export async function runDemo({ model, samples, precisions, iterations }: DemoOptions, display: Display): Promise<MigrationResult> {
  const folder = join(process.cwd(), 'demo', model);
  display.onStep('model', false);
  const h5 = await makeDemoH5(model, folder, display.onProgress);
  display.onStep('samples', false);
  const images = await drawSamples(h5, folder, samples, display.onProgress);
  return runMigration(
    { h5, folder, images, ...DEMO_OPTIONS, precisions, minAgreement: 0.99, batchSize: 32, iterations, ...display },
    // `benchmark` leaves a bundle there too.
    { force: false, replaceBundle: true, onStep: display.onStep },
  );
}
