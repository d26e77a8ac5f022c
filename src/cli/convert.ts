import type { Command } from 'commander';
import type { ConvertResult } from '../convert/convert.ts';
import type { ArtefactFormat, Precision } from '../convert/options.ts';
import { ARTEFACT_FORMATS, PRECISIONS } from '../convert/options.ts';
import { printable } from '../core/printable.ts';
import { PRESETS } from '../preprocess/steps.ts';
import { formatBytes, formatCount } from './format.ts';
import { classNames, listOf } from './parse-options.ts';
import { createProgress } from './progress.ts';

interface Flags {
  output?: string;
  formats?: readonly ArtefactFormat[];
  precision?: readonly Precision[];
  preprocess?: string;
  classes?: readonly string[];
  policy?: string;
  architecture?: string;
  force?: boolean;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  $ torchlift convert moderation_model.h5
  $ torchlift convert moderation_model.h5 -o bundle --classes drawing,hentai,neutral,porn,sexy --preprocess 0..1
  $ torchlift convert moderation_model.h5 --precision bf16 --force
  $ torchlift convert weights.h5 --architecture model.json
  $ torchlift convert tfjs_model/model.json

Leaves a folder with model.onnx, model.py, model.safetensors, model.pt and manifest.json, or nothing at all.`;

/** `torchlift convert`: a model file becomes a bundle. */
export function register(program: Command): void {
  program
    .command('convert')
    .description('Convert a Keras model (.h5, .hdf5, tfjs model.json) or an ONNX file of ours to PyTorch; neither TensorFlow nor Python is started.')
    .argument('<file>', 'the model: .h5, .hdf5, a tfjs model.json or its folder, or a model.onnx written by torchlift')
    .option('-o, --output <bundle>', "the folder to write (default: the file's name without its ending, in the current folder)")
    .option('--formats <list>', `which artefacts to write (default: all): ${ARTEFACT_FORMATS.join(', ')}`, listOf(ARTEFACT_FORMATS))
    .option('--precision <list>', `adds model.<precision>.pt (${PRECISIONS.join(', ')}); model.pt stays float32`, listOf(PRECISIONS))
    .option(
      '--preprocess <preset|steps.json>',
      `the pipeline in front of the model, kept in the manifest: ${Object.keys(PRESETS).join(', ')}, or a file (docs/bundle.md)`,
    )
    .option('--classes <a,b,…>', 'class names in the order of the scores', classNames)
    .option('--policy <file>', 'which classes are blocked or reviewed (JSON), kept in the manifest')
    .option('--architecture <model.json>', 'the architecture (model.to_json()), for a file that holds only weights')
    .option('--force', 'replace an existing bundle')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, flags: Flags) => {
      const { convert } = await import('../convert/convert.ts');
      const progress = createProgress();
      const started = performance.now();
      try {
        const { precision, json: _, ...options } = flags;
        const result = await convert(file, {
          ...options,
          ...(precision !== undefined && { precisions: precision }),
          onProgress: (line) => progress.update(printable(line)),
        });
        progress.done();
        process.stdout.write(
          flags.json ? `${JSON.stringify({ schema: 1, ...result })}\n` : printable(summary(result, performance.now() - started), { lines: true }),
        );
      } finally {
        progress.done();
      }
    });
}

function summary({ bundle, manifest }: ConvertResult, milliseconds: number): string {
  const { source, artefacts, warnings, weights, calls } = manifest;
  const elements = weights.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  const width = Math.max(...Object.keys(artefacts).map((name) => name.length));
  const files = Object.entries(artefacts).map(([name, { sizeBytes, precision }]) =>
    `  ${name.padEnd(width)}  ${formatBytes(sizeBytes).padStart(9)}  ${precision ?? ''}`.trimEnd(),
  );
  return [
    `${source.file} (${source.framework} ${source.frameworkVersion}, ${formatBytes(source.sizeBytes)}) → ${bundle} in ${(milliseconds / 1000).toFixed(2)} s`,
    `  ${calls.length} layer calls, ${formatCount(elements)} weights`,
    ...files,
    ...warnings.map((warning) => `  warning: ${warning}`),
    '',
  ].join('\n');
}
