import { Command, CommanderError } from 'commander';
import { ERRORS, TorchliftError } from '../core/errors.ts';
import { version } from '../core/version.ts';
import { printErrorAsJson, reportError } from './report-error.ts';

/** Runs one command line; sets the exit code, prints errors, never throws. A command's code is loaded when it is used. */
export async function main(argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json');
  endOnSignals(json);
  const program = new Command('torchlift')
    .description('Carries a Keras/TensorFlow moderation model onto PyTorch, with evidence at every step.')
    .version(version())
    .showHelpAfterError('(see --help)')
    .exitOverride()
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 110, 110) });
  try {
    for (const load of COMMANDS) (await load()).register(program);
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) process.exitCode = reportError(error, json);
    else if (error.exitCode !== 0) {
      // Commander has told people already.
      if (json) printErrorAsJson(usageError(error));
      process.exitCode = ERRORS.usage;
    }
  }
}

const COMMANDS = [
  () => import('./inspect.ts'),
  () => import('./convert.ts'),
  () => import('./validate.ts'),
  () => import('./preprocess.ts'),
  () => import('./benchmark.ts'),
  () => import('./migrate.ts'),
  () => import('./serve.ts'),
  () => import('./keys.ts'),
  () => import('./runtime.ts'),
  () => import('./demo.ts'),
] as const;

function usageError({ message }: CommanderError): TorchliftError {
  // Without a command Commander gives its help for a message.
  const what = message.startsWith('(') ? 'no command was given' : message.replace(/^error: /, '');
  return new TorchliftError('usage', { what, where: 'command line', remedy: 'See torchlift --help.' });
}

/** Ends on signals through `process.exit`, so that what was half written is removed by the exit hooks. */
function endOnSignals(json: boolean): void {
  process.on('SIGINT', () => {
    process.stderr.write('\n');
    const interrupted = { what: 'interrupted, nothing was left half-written', where: 'Ctrl-C', remedy: 'Run the command again.' };
    process.exit(reportError(new TorchliftError('interrupted', interrupted), json));
  });
  // 128 and the signal's number, as a shell reports them.
  process.on('SIGTERM', () => process.exit(143));
  process.on('SIGHUP', () => process.exit(129));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of our output went away (`torchlift inspect … | head`): that is no error.
    if (error.code === 'EPIPE') process.exit(0);
    const io = { what: `can't write the output (${error.code})`, where: 'standard output', remedy: 'Check where it is redirected to.' };
    process.exit(reportError(new TorchliftError('io', io), false));
  });
  // Nobody reads our messages: the work goes on.
  process.stderr.on('error', () => {});
}
