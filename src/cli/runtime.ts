import { Argument, type Command } from 'commander';
import type { InstalledRuntime } from '../engines/runtimes/list-runtimes.ts';
import { INTERPRETER_VARIABLES, RUNTIME_NAMES, type RuntimeName } from '../engines/runtimes/specifications.ts';
import { formatBytes } from './format.ts';
import { createProgress } from './progress.ts';

const EXAMPLES = `
Examples:
  $ torchlift runtime list
  $ torchlift runtime install torch
  $ torchlift runtime remove tensorflow

Commands make the environments they need on first use. ${Object.values(INTERPRETER_VARIABLES).join(' and ')} name
interpreters of your own to use instead; those are never touched.`;

/** `torchlift runtime`: the Python environments in the cache folder. */
export function register(program: Command): void {
  const runtime = program
    .command('runtime')
    .description('The Python environments that run models: torch, and tensorflow for the original.')
    .addHelpText('after', EXAMPLES);
  const name = () => new Argument('[name]', 'which one (default: both)').choices(RUNTIME_NAMES);
  runtime
    .command('list')
    .description('What is in the cache folder, with sizes on disk.')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { json?: boolean }) => {
      const { listRuntimes } = await import('../engines/runtimes/list-runtimes.ts');
      const runtimes = await listRuntimes();
      process.stdout.write(json ? `${JSON.stringify({ schema: 1, runtimes })}\n` : describe(runtimes));
    });
  runtime
    .command('install')
    .addArgument(name())
    .description('Make an environment now; it is otherwise made on first need.')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (only: RuntimeName | undefined, { json }: { json?: boolean }) => {
      const { ensureRuntime } = await import('../engines/runtimes/ensure-runtime.ts');
      const installed: { name: RuntimeName; python: string }[] = [];
      await withProgress(async (progress) => {
        for (const each of namesOf(only)) installed.push(await ensureRuntime(each, progress));
      });
      process.stdout.write(
        json ? `${JSON.stringify({ schema: 1, installed })}\n` : installed.map((each) => `${each.name}: ${each.python}\n`).join(''),
      );
    });
  runtime
    .command('remove')
    .addArgument(name())
    .description('Remove environments, those of older versions too.')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (only: RuntimeName | undefined, { json }: { json?: boolean }) => {
      const { listRuntimes } = await import('../engines/runtimes/list-runtimes.ts');
      const { removeRuntime } = await import('../engines/runtimes/remove-runtime.ts');
      const removed = await listRuntimes(namesOf(only));
      await withProgress(async (progress) => {
        for (const each of removed) {
          progress(`removing ${each.folder}`);
          await removeRuntime(each, () => progress('another process is making it: waiting'));
        }
      });
      process.stdout.write(json ? `${JSON.stringify({ schema: 1, removed })}\n` : describeRemoval(removed));
    });
}

function namesOf(only: RuntimeName | undefined): readonly RuntimeName[] {
  return only === undefined ? RUNTIME_NAMES : [only];
}

async function withProgress(action: (progress: (line: string) => void) => Promise<void>): Promise<void> {
  const progress = createProgress();
  try {
    await action((line) => progress.update(line));
  } finally {
    progress.done();
  }
}

function describe(runtimes: readonly InstalledRuntime[]): string {
  const lines = RUNTIME_NAMES.flatMap((name) => {
    const own = process.env[INTERPRETER_VARIABLES[name]];
    const found = runtimes.filter((each) => each.name === name);
    return [
      ...(own ? [`${name.padEnd(12)}${''.padStart(9)}  ${own} (${INTERPRETER_VARIABLES[name]})`] : []),
      ...found.map(({ folder, sizeBytes, complete, current }) => {
        const state = complete ? (current && !own ? 'in use' : 'not in use') : 'incomplete';
        return `${name.padEnd(12)}${formatBytes(sizeBytes).padStart(9)}  ${folder} (${state})`;
      }),
      ...(found.length === 0 && !own ? [`${name.padEnd(12)}${'—'.padStart(9)}  is made on first need`] : []),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function describeRemoval(removed: readonly InstalledRuntime[]): string {
  if (removed.length === 0) return 'nothing to remove\n';
  const lines = removed.map(({ folder, sizeBytes }) => `removed ${folder}, ${formatBytes(sizeBytes)}`);
  return `${lines.join('\n')}\n`;
}
