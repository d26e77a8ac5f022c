import { type Command, InvalidArgumentError } from 'commander';
import { MODELS, type ModelName } from '../../examples/nsfwjs/models.ts';
import type { RunPrecision } from '../bundle/evidence/benchmark-evidence.ts';
import { migrationProgress } from './migrate/migration-progress.ts';
import { listOf, wholeNumber } from './parse-options.ts';
import { createProgress } from './progress.ts';

interface Flags {
  model: ModelName;
  samples: number;
  precision?: readonly RunPrecision[];
  iterations: number;
  json?: boolean;
}

/** Near copies count once, and 449 that agree certify 99 %. */
const MIN_SAMPLES = 500;

/** `torchlift demo`: the main job on a real, public moderation model. */
export function register(program: Command): void {
  program
    .command('demo')
    .description('Rebuild a real moderation_model.h5 and migrate it: convert, compare on crops of real photos, measure, report.')
    .option(
      '--model <name>',
      Object.keys(MODELS).join(' or '),
      (text: string): ModelName => {
        if (!Object.hasOwn(MODELS, text)) throw new InvalidArgumentError(`It is ${Object.keys(MODELS).join(' or ')}.`);
        return text as ModelName;
      },
      'mobilenet_v2' as ModelName,
    )
    .option('--samples <count>', `how many crops to compare (at least ${MIN_SAMPLES})`, (text) => wholeNumber(text, MIN_SAMPLES), 640)
    .option('--precision <list>', 'validated and measured beside fp32: autocast, bf16, fp16', listOf(['fp32', 'autocast', 'bf16', 'fp16']))
    .option('--iterations <count>', 'measured batches of each framework', (text) => wholeNumber(text), 30)
    .option('--json', 'print the result as one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  $ torchlift demo\n  $ torchlift demo --model inception_v3\n  $ torchlift demo --samples 2000 --precision fp32,autocast,bf16',
    )
    .action(async ({ precision = ['fp32'], json, ...options }: Flags) => {
      const { runDemo } = await import('../../examples/nsfwjs/demo.ts');
      const { printMigrationResult } = await import('./print-migration-result.ts');
      const progress = createProgress();
      try {
        const result = await runDemo({ ...options, precisions: precision }, migrationProgress(progress));
        progress.done();
        printMigrationResult(result, json ?? false);
      } finally {
        progress.done();
      }
    });
}
