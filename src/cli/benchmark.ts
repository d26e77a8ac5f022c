import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Framework, RunPrecision } from '../bundle/evidence/benchmark-evidence.ts';
import { TorchliftError } from '../core/errors.ts';
import { packageRoot } from '../core/package-root.ts';
import { printable } from '../core/printable.ts';
import type { Device } from '../engines/engine.ts';
import { wholeNumber } from './parse-options.ts';
import { createProgress, type ProgressDisplay } from './progress.ts';
import { roundsDisplay } from './rounds-display.ts';

interface Flags {
  framework: Framework | 'both';
  model?: string;
  reference?: string;
  batchSize: number;
  iterations: number;
  precision: RunPrecision;
  device: Device;
  endToEnd?: boolean;
  compare?: string;
  json?: boolean;
}

const BUNDLE = 'moderation_model';
const REFERENCE = 'moderation_model.h5';
/** Where the demo leaves its model. */
const DEMO = join('demo', 'mobilenet_v2');

const EXAMPLES = `
Examples:
  $ torchlift benchmark --framework pytorch --batch-size 32 --iterations 1000
  $ torchlift benchmark --framework both --model bundle --reference original.h5
  $ torchlift benchmark --framework pytorch --precision bf16 --end-to-end
  $ torchlift benchmark --framework pytorch --compare before.json       exit code 1 on a regression

The frameworks run in turns, round by round. TensorFlow is measured beside any other where the original model is there; else
the last run on this bundle that had it is taken. A GPU's figures need nvidia-ml-py. The result is kept in evidence/benchmark.json.`;

/** `torchlift benchmark`: latency, throughput and utilisation of a bundle against the original. */
export function register(program: Command): void {
  program
    .command('benchmark')
    .description('Measure latency, throughput, memory and utilisation, PyTorch against TensorFlow.')
    .addOption(new Option('--framework <name>', 'what to measure').choices(['pytorch', 'tensorflow', 'onnxruntime', 'both']).default('both'))
    .option('--model <bundle>', `the bundle (default: ./${BUNDLE}, or the demo's where there is no model here)`)
    .option('--reference <h5>', `the original model (default: ./${REFERENCE} where it exists)`)
    .option('--batch-size <count>', 'images in a batch', (text) => wholeNumber(text), 32)
    .option('--iterations <count>', 'measured batches of each framework', (text) => wholeNumber(text), 1000)
    .addOption(
      new Option('--precision <name>', "PyTorch's: model.pt as it is or under autocast, or a variant")
        .choices(['fp32', 'autocast', 'bf16', 'fp16'])
        .default('fp32'),
    )
    .addOption(new Option('--device <name>', 'auto: CUDA where there is one').choices(['auto', 'cpu', 'cuda']).default('auto'))
    .option('--end-to-end', 'send every batch through the worker process, and time that too')
    .option('--compare <json>', 'an earlier result; exit code 1 where this one is slower beyond the noise that both measured')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => {
      const { runBenchmark } = await import('../benchmark/benchmark.ts');
      const { printBenchmark } = await import('../report/print-benchmark.ts');
      const progress = createProgress();
      try {
        const { bundle, reference, isDemo } = await modelOf(flags, progress);
        const { framework, batchSize, iterations, precision, device, endToEnd = false, compare, json } = flags;
        const evidence = await runBenchmark({
          bundle,
          ...(reference !== undefined && { reference }),
          frameworks: framework === 'both' ? ['pytorch', 'tensorflow'] : [framework],
          batchSize,
          iterations,
          precision,
          device,
          endToEnd,
          ...(compare !== undefined && { compare }),
          onProgress: (line) => progress.update(printable(line)),
          onRounds: roundsDisplay(progress),
        });
        progress.done();
        const places = [
          ...(isDemo ? ['There is no model here: this was the demo’s.'] : []),
          `measured: ${bundle}${reference === undefined ? '' : ` and ${reference}`}`,
          `kept in:  ${join(bundle, 'evidence', 'benchmark.json')}`,
        ];
        process.stdout.write(
          json ? `${JSON.stringify(evidence)}\n` : printable(`${printBenchmark(evidence)}${places.join('\n')}\n`, { lines: true }),
        );
        if (evidence.comparison?.passed === false) process.exitCode = 1;
      } finally {
        progress.done();
      }
    });
}

interface Measured {
  readonly bundle: string;
  readonly reference: string | undefined;
  readonly isDemo: boolean;
}

/** The bundle and the original: those named, those in this folder, or, where there is neither, the demo's. */
async function modelOf({ model, reference }: Flags, progress: ProgressDisplay): Promise<Measured> {
  const original = reference ?? (existsSync(REFERENCE) ? REFERENCE : undefined);
  if (model !== undefined) return { bundle: model, reference: original, isDemo: false };
  if (existsSync(BUNDLE)) return { bundle: BUNDLE, reference: original, isDemo: false };
  if (original !== undefined) {
    throw new TorchliftError('file-not-found', {
      what: "isn't there",
      where: BUNDLE,
      remedy: `Convert the model first: torchlift convert ${original} -o ${BUNDLE}; or name a bundle with --model.`,
    });
  }
  for (const folder of [DEMO, join(packageRoot(), DEMO)]) {
    if (existsSync(join(folder, BUNDLE)) && existsSync(join(folder, REFERENCE))) return inDemo(folder);
  }
  const { makeDemoModel } = await import('../../examples/nsfwjs/demo-model.ts');
  await makeDemoModel('mobilenet_v2', resolve(DEMO), (line) => progress.update(line));
  return inDemo(DEMO);
}

function inDemo(folder: string): Measured {
  return { bundle: join(folder, BUNDLE), reference: join(folder, REFERENCE), isDemo: true };
}
