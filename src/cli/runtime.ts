import { type Command, InvalidArgumentError } from 'commander';
import type { RuntimeName } from '../engines/runtimes/specifications.ts';
import { createProgress } from './progress.ts';

const NAMES: readonly RuntimeName[] = ['torch', 'tensorflow'];

const EXAMPLE = '\nExample:\n  $ torchlift runtime install torch';

/** `torchlift runtime install`: makes a Python runtime ahead of its first need. */
export function register(program: Command): void {
  program
    .command('runtime')
    .description('The Python environments that run models: torch, and tensorflow for the original.')
    .addHelpText('after', EXAMPLE)
    .command('install')
    .argument('<name>', NAMES.join(' or '), (text: string): RuntimeName => {
      const name = NAMES.find((known) => known === text);
      if (name === undefined) throw new InvalidArgumentError(`It is ${NAMES.join(' or ')}.`);
      return name;
    })
    .description('Make the environment in the cache folder; it is otherwise made on first need.')
    .addHelpText('after', EXAMPLE)
    .action(async (name: RuntimeName) => {
      const { ensureRuntime } = await import('../engines/runtimes/ensure-runtime.ts');
      const progress = createProgress();
      try {
        const { python } = await ensureRuntime(name, (line) => progress.update(line));
        progress.done();
        process.stdout.write(`${name}: ${python}\n`);
      } finally {
        progress.done();
      }
    });
}
