import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { printable } from '../core/printable.ts';
import { askedToStop } from './asked-to-stop.ts';
import { wholeNumber } from './parse-options.ts';

const EXAMPLES = `
Examples:
  $ torchlift serve --model moderation_model
  $ torchlift serve --config torchlift.yaml --check
  $ curl --data-binary @photo.jpg http://127.0.0.1:8080/v1/moderate
  $ curl -d '{"instances": [{"b64": "…"}]}' http://127.0.0.1:8080/v1/models/moderation:predict

One JSON line for each answer is written to standard output. SIGTERM and Ctrl-C let what was accepted be answered; it ends with 0 then.`;

const CONFIG = 'torchlift.yaml';

interface Flags {
  config?: string;
  check?: boolean;
  auth?: boolean;
  [key: string]: unknown;
}

/** `torchlift serve`: a bundle behind the contracts that clients use already. */
export function register(program: Command): void {
  const port = (text: string) => wholeNumber(text, 0);
  program
    .command('serve')
    .description('Serve a bundle by the contracts of TensorFlow Serving and the Open Inference Protocol, and by /v1/moderate.')
    .option('--model <bundle>', "the bundle's folder (default: moderation_model)")
    .option('--reference <model>', 'the original .h5, or the address of the server that runs it: it answers what the model fails')
    .option('--name <name>', 'what clients call the model (default: moderation)')
    .option('--host <address>', 'where to listen (default: 127.0.0.1)')
    .option('--port <port>', 'of HTTP (default: 8080; 0: any that is free)', port)
    .option('--admin-port <port>', 'of metrics, on loopback (default: 9090; 0: any that is free)', port)
    .addOption(new Option('--device <device>', 'where the model runs (default: auto)').choices(['auto', 'cpu', 'cuda']))
    .option('--policy <file>', "thresholds by class, instead of the bundle's policy")
    .option('--workers <count>', 'processes with the model (default: one for each core)', (text: string) => wholeNumber(text))
    .option('--keys <file>', 'where torchlift keys keeps who may ask (default: torchlift.keys.json)')
    .option('--no-auth', 'serve everyone, whatever keys there are and wherever it listens')
    .option('--config <yaml>', `all of this and more (default: ./${CONFIG} where it exists; docs/torchlift.schema.json)`)
    .option('--check', 'only say whether configuration, bundle and policy are sound')
    .addHelpText('after', EXAMPLES)
    .action(async ({ config: path = existsSync(CONFIG) ? CONFIG : undefined, check, auth, ...named }: Flags) => {
      const [{ loadConfig }, { checkServed, serve }] = await Promise.all([import('../gateway/config/load-config.ts'), import('../gateway/serve.ts')]);
      const onLine = (line: string) => process.stderr.write(`${printable(line)}\n`);
      const config = loadConfig(path, { ...named, ...(auth === false && { noAuth: true }) });
      if (check) {
        checkServed(config);
        onLine(`${path ?? 'the command line'}: sound`);
        return;
      }
      const stopping = askedToStop();
      const { createLog } = await import('../gateway/observe/create-log.ts');
      const gateway = await serve(config, { onLine, onAnswer: createLog(process.stdout) });
      onLine(`serving ${config.model} as ${config.name} on http://${config.host}:${gateway.port}, metrics on http://127.0.0.1:${gateway.adminPort}`);
      await stopping;
      onLine('stopping: what was accepted is answered first');
      await gateway.close();
    });
}
