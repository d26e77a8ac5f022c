import { type Command, Option } from 'commander';
import { wholeNumber } from './parse-options.ts';

const EXAMPLES = `
Examples:
  $ torchlift serve --model moderation_model
  $ curl --data-binary @photo.jpg http://127.0.0.1:8080/v1/moderate
  $ curl -d '{"instances": [{"b64": "…"}]}' http://127.0.0.1:8080/v1/models/moderation:predict

SIGTERM and Ctrl-C let what was accepted be answered; it ends with 0 then.`;

interface Flags {
  model: string;
  name: string;
  host: string;
  port: number;
  device: 'auto' | 'cpu' | 'cuda';
  policy?: string;
  workers?: number;
}

/** `torchlift serve`: a bundle behind the contracts that clients use already. */
export function register(program: Command): void {
  program
    .command('serve')
    .description('Serve a bundle by the contracts of TensorFlow Serving and the Open Inference Protocol, and by /v1/moderate.')
    .option('--model <bundle>', "the bundle's folder", 'moderation_model')
    .option('--name <name>', 'what clients call the model', 'moderation')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <port>', 'of HTTP', (text: string) => wholeNumber(text), 8080)
    .addOption(new Option('--device <device>', 'where the model runs').choices(['auto', 'cpu', 'cuda']).default('auto'))
    .option('--policy <file>', "thresholds by class, instead of the bundle's policy")
    .option('--workers <count>', 'processes with the model (default: one for each core)', (text: string) => wholeNumber(text))
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => {
      const { serve } = await import('../gateway/serve.ts');
      const onEvent = (line: string) => process.stderr.write(`${line}\n`);
      const gateway = await serve({ ...flags, onEvent });
      onEvent(`serving ${flags.model} as ${flags.name} on http://${flags.host}:${gateway.port}`);
      await stopped();
      onEvent('stopping: what was accepted is answered first');
      await gateway.close();
    });
}

/** Resolves when this process is asked to end. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.removeAllListeners(signal);
      process.once(signal, () => resolve());
    }
  });
}
