import { type Command, InvalidArgumentError } from 'commander';
import { MODELS, type ModelName } from '../../examples/nsfwjs/models.ts';
import { createProgress } from './progress.ts';

/** `torchlift demo`: the main job on a real, public moderation model. */
export function register(program: Command): void {
  program
    .command('demo')
    .description('Rebuild a real moderation_model.h5, convert it, and compare both sides on crops of real photos.')
    .option(
      '--model <name>',
      Object.keys(MODELS).join(' or '),
      (text: string): ModelName => {
        if (!Object.hasOwn(MODELS, text)) throw new InvalidArgumentError(`It is ${Object.keys(MODELS).join(' or ')}.`);
        return text as ModelName;
      },
      'mobilenet_v2' as ModelName,
    )
    .option(
      '--samples <count>',
      'how many crops to compare (at least 500)',
      (text: string) => {
        const count = Number(text);
        if (!Number.isInteger(count) || count < 500) throw new InvalidArgumentError('It is a whole number, at least 500.');
        return count;
      },
      512,
    )
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', '\nExamples:\n  $ torchlift demo\n  $ torchlift demo --model inception_v3')
    .action(async ({ model, samples, json }: { model: ModelName; samples: number; json?: boolean }) => {
      const { runDemo, printDemo } = await import('../../examples/nsfwjs/demo.ts');
      const progress = createProgress();
      try {
        const result = await runDemo(model, samples, (line) => progress.update(line));
        progress.done();
        process.stdout.write(json ? `${JSON.stringify({ schema: 1, ...result })}\n` : printDemo(result));
        if (!result.passed) process.exitCode = 1;
      } finally {
        progress.done();
      }
    });
}
