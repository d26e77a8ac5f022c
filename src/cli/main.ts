import { Command, CommanderError } from 'commander';
import { version } from '../core/version.ts';
import { reportError } from './report-error.ts';

/** Runs one command line; sets the exit code, prints errors, never throws. A command's code is loaded when it is used. */
export async function main(argv: readonly string[]): Promise<void> {
  endOnSignals();
  const program = new Command('torchlift')
    .description('Carries a Keras/TensorFlow moderation model onto PyTorch, with evidence at every step.')
    .version(version())
    .showHelpAfterError('(see --help)')
    .exitOverride()
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 110, 110) });
  const json = argv.includes('--json');
  try {
    for (const load of COMMANDS) (await load()).register(program);
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else process.exitCode = reportError(error, json);
  }
}

const COMMANDS = [() => import('./inspect.ts'), () => import('./convert.ts'), () => import('./runtime.ts'), () => import('./demo.ts')] as const;

/** Ends on Ctrl-C and SIGTERM through `process.exit`, so that what was half written is removed by the exit hooks. */
function endOnSignals(): void {
  process.on('SIGINT', () => {
    process.stderr.write('\ntorchlift: interrupted, nothing was left half-written\n');
    process.exit(130);
  });
  process.on('SIGTERM', () => process.exit(143));
  // The reader of our output went away (`torchlift inspect … | head`): that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 74));
}
