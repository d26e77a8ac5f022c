import type { Command } from 'commander';
import type { RunPrecision } from '../bundle/evidence/benchmark-evidence.ts';
import { migrationProgress } from './migrate/migration-progress.ts';
import { classNames, listOf, share, wholeNumber } from './parse-options.ts';
import { createProgress } from './progress.ts';

interface Flags {
  output: string;
  images?: string;
  classes?: readonly string[];
  policy?: string;
  preprocess?: string;
  labels?: string;
  minAgreement: number;
  batchSize: number;
  iterations: number;
  precision?: readonly RunPrecision[];
  force?: boolean;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  $ torchlift migrate moderation_model.h5 -o migration --images photos/ --classes drawing,hentai,neutral,porn,sexy --preprocess 0..1
  $ torchlift migrate moderation_model.h5 -o migration --images photos/ --precision fp32,autocast,bf16

Run it again after an interruption: what was finished isn't repeated, unless the model, the images or the options changed.
Ends with 0 where the agreement of every precision is certified, with 1 where it isn't. TORCHLIFT_TENSORFLOW_PYTHON names an
interpreter of your own (torchlift runtime).`;

/** `torchlift migrate`: convert, validate, benchmark and report, resumable. */
export function register(program: Command): void {
  program
    .command('migrate')
    .description('Carry a model over with all its evidence: convert, validate, benchmark, one report.')
    .argument('<h5>', 'the original model, a Keras .h5')
    .option('-o, --output <folder>', 'the bundle, the evidence and report.html go there', 'migration')
    .option('--images <folder>', 'images to compare on (without: generated inputs, which say less)')
    .option('--classes <a,b,…>', 'class names in the order of the scores', classNames)
    .option('--policy <file>', 'which classes are blocked or reviewed, and what is to be certified (JSON)')
    .option('--preprocess <preset|steps.json>', 'the pipeline in front of the model')
    .option('--labels <csv>', 'the true classes: accuracy, precision and recall of both')
    .option('--min-agreement <share>', 'what is to be certified', share, 0.99)
    .option('--batch-size <count>', 'images in a measured batch', (text) => wholeNumber(text), 32)
    .option('--iterations <count>', 'measured batches of each framework', (text) => wholeNumber(text), 50)
    .option('--precision <list>', 'validated and measured beside fp32: autocast, bf16, fp16', listOf(['fp32', 'autocast', 'bf16', 'fp16']))
    .option('--force', 'repeat what was finished, and replace a bundle that is there')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (h5: string, flags: Flags) => {
      const { runMigration } = await import('./migrate/run-migration.ts');
      const { printMigrationResult } = await import('./print-migration-result.ts');
      const progress = createProgress();
      try {
        const { output, precision = ['fp32'], force = false, json, ...options } = flags;
        const display = migrationProgress(progress);
        const result = await runMigration(
          { h5, folder: output, precisions: precision, ...options, ...display },
          { force, replaceBundle: force, onStep: display.onStep },
        );
        progress.done();
        printMigrationResult(result, json ?? false);
      } finally {
        progress.done();
      }
    });
}
