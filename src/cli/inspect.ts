import type { Command } from 'commander';
import type { InspectedPort, Inspection } from '../convert/inspect.ts';
import { printable } from '../core/printable.ts';
import { formatBytes, formatCount } from './format.ts';

const EXAMPLES = `
Examples:
  $ torchlift inspect moderation_model.h5
  $ torchlift inspect moderation_model/model.pt
  $ torchlift inspect moderation_model.h5 --json | jq .parameters

Nothing in the file is loaded or run. Ends with 0 when it could read, whatever it found.`;

/** `torchlift inspect`: what a model file holds. */
export function register(program: Command): void {
  program
    .command('inspect')
    .description('Show what a model file holds: layers, parameters, inputs and outputs, bytes, and what is unsupported or unsafe.')
    .argument('<file>', 'a Keras .h5 / .hdf5, a tfjs model.json or its folder, .onnx, .safetensors, .pt, or a bundle (its model.onnx)')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, { json }: { json?: boolean }) => {
      const { inspect } = await import('../convert/inspect.ts');
      const inspection = await inspect(file);
      process.stdout.write(json ? `${JSON.stringify({ schema: 1, ...inspection })}\n` : printable(print(inspection), { lines: true }));
    });
}

const TITLES: Record<Inspection['format'], string> = {
  'keras-h5': 'Keras HDF5',
  'keras-archive': 'Keras archive',
  'tfjs-layers': 'TensorFlow.js layers model',
  onnx: 'ONNX',
  safetensors: 'safetensors',
  torch: 'PyTorch',
  'saved-model': 'TensorFlow SavedModel',
};

function print(inspection: Inspection): string {
  const { file, format, sizeBytes, frameworkVersion, name, inputs, outputs, parameters, bytes, archive } = inspection;
  const kind = archive === null ? TITLES[format] : `${TITLES[format]} (${archive.kind})`;
  const lines = [`${file}: ${kind}, ${frameworkVersion}, ${formatBytes(sizeBytes)}`];
  const row = (title: string, text: string) => lines.push(`  ${title.padEnd(12)}${text}`);
  if (name !== null) row('model', name);
  for (const port of inputs) row('input', describePort(port));
  for (const port of outputs) row('output', describePort(port));
  if (parameters.total > 0) {
    const split =
      parameters.trainable === null ? '' : ` (${formatCount(parameters.trainable)} trainable, ${formatCount(parameters.nonTrainable ?? 0)} not)`;
    row('parameters', `${formatCount(parameters.total)}${split}`);
  }
  row('bytes', `${formatBytes(bytes.weights)} weights, ${formatBytes(bytes.optimizer)} optimizer, ${formatBytes(bytes.rest)} rest`);
  lines.push(...table(inspection));
  if (archive !== null) {
    row(
      'records',
      `${archive.records.length}: ${archive.records
        .slice(0, 6)
        .map(({ name: record }) => record)
        .join(', ')}${archive.records.length > 6 ? ', …' : ''}`,
    );
    row('globals', archive.globals.map(({ module, name: global, isSafe }) => `${module}.${global}${isSafe ? '' : ' (unsafe)'}`).join(', ') || 'none');
  }
  list(lines, 'unsupported', inspection.unsupported);
  list(lines, 'unsafe', inspection.unsafe);
  list(lines, 'warning', inspection.warnings);
  return `${lines.join('\n')}\n`;
}

function list(lines: string[], title: string, findings: readonly string[]): void {
  for (const finding of findings) lines.push(`  ${title.padEnd(12)}${finding}`);
}

function describePort({ name, dtype, shape }: InspectedPort): string {
  return `${name}  ${dtype ?? '?'} ${shape === null ? '' : `[${shape.map((size) => size ?? '?').join(', ')}]`}`.trimEnd();
}

/** Layers, operators or tensors, whichever the format has. */
function table({ layers, operators, tensors }: Inspection): string[] {
  if (layers.length > 0) {
    return columns(
      ['layer', 'class', 'output', 'parameters', 'trainable'],
      layers.map(({ path, className, outputShape, trainableParameters, nonTrainableParameters, used }) => {
        const total = trainableParameters === null ? null : trainableParameters + (nonTrainableParameters ?? 0);
        return [
          used ? path : `${path} (unused)`,
          className,
          outputShape === null ? '' : `[${outputShape.join(', ')}]`,
          total === null ? '' : formatCount(total),
          trainableParameters === null || total === 0
            ? ''
            : trainableParameters === 0
              ? 'no'
              : trainableParameters === total
                ? 'yes'
                : formatCount(trainableParameters),
        ];
      }),
    );
  }
  if (operators.length > 0)
    return columns(
      ['operator', 'count'],
      operators.map(({ domain, op, count }) => [domain === '' ? op : `${domain}:${op}`, String(count)]),
    );
  if (tensors.length > 0)
    return columns(
      ['tensor', 'dtype', 'shape'],
      tensors.map(({ name, dtype, shape }) => [name, dtype, `[${shape.join(', ')}]`]),
    );
  return [];
}

/** A column without a single entry is left out. */
function columns(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const shown = titles.map((_, column) => column).filter((column) => rows.some((row) => row[column] !== ''));
  const width = (column: number) => Math.max(...[titles, ...rows].map((row) => row[column]?.length ?? 0));
  const widths = shown.map(width);
  const line = (row: readonly string[]) => shown.map((column, index) => row[column]?.padEnd(widths[index] ?? 0)).join('  ');
  return ['', ...[titles, ...rows].map((row) => `  ${line(row)}`.trimEnd()), ''];
}
