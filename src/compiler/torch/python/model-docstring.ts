import { camelCase, isFreeClassName } from '../modules/class-names.ts';
import type { Program, Variable } from '../program.ts';
import type { PortNames } from './class-definitions.ts';
import { proseText } from './literals.ts';

/** File names that say nothing about the model. */
const GENERIC = new Set(['model', 'saved_model', 'keras_model', 'weights']);

/** `moderation_model.h5` → `ModerationModel`; Keras' name of the model where the file's says nothing. */
export function modelClassName({ model }: Program): string {
  const stem = model.sourceName.replace(/\.[^.]*$/, '');
  const named = GENERIC.has(stem.toLowerCase()) ? camelCase(model.name) : camelCase(stem);
  const name = named ?? camelCase(stem) ?? 'Model';
  return isFreeClassName(name) ? name : `${name}Model`;
}

/** What the file is, how it is used, what goes in and what comes out. */
export function modelDocstring(program: Program, ports: PortNames): string {
  const { model, inputs, outputs } = program;
  const version = model.frameworkVersion === 'unknown' ? '' : ` ${model.frameworkVersion}`;
  const framework = `${model.framework === 'keras' ? 'Keras' : 'ONNX'}${version}`;
  return [
    `${proseText(model.sourceName)} (${proseText(framework)}) as a PyTorch module, converted by Torchlift.`,
    '',
    '    model = load("model.safetensors")',
    `    ${ports.outputs.join(', ')} = model(${ports.inputs.join(', ')})`,
    '',
    ...table([
      ...inputs.map((input, index): Row => [ports.inputs[index] ?? '', describe(input), layout(input)]),
      ...outputs.map(({ variable }, index): Row => [ports.outputs[index] ?? '', describe(variable), proseText(meaning(program, variable))]),
    ]),
  ].join('\n');
}

function describe({ dtype, shape }: Variable): string {
  return `${dtype} [${shape.join(', ')}]`;
}

/** Told by where an image's channels are: one, three or four of them. */
function layout({ shape }: Variable): string {
  const isChannels = (size: number | string | undefined) => size === 1 || size === 3 || size === 4;
  if (shape.length !== 4) return '';
  if (isChannels(shape[3])) return 'NHWC, as in Keras';
  return isChannels(shape[1]) ? 'NCHW' : '';
}

function meaning({ model, body }: Program, variable: Variable): string {
  const last = body.findLast(({ results }) => results.some(({ id }) => id === variable.id));
  const activation = last?.op === 'softmax' || last?.op === 'sigmoid' ? last.op : '';
  const classes = model.classes !== undefined && model.classes.length === variable.shape.at(-1) ? model.classes.join(', ') : '';
  if (classes === '') return activation;
  return activation === 'softmax' ? `softmax over ${classes}` : `${activation === '' ? '' : `${activation} of `}${classes}`;
}

type Row = readonly [name: string, type: string, note: string];

function table(rows: readonly Row[]): string[] {
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  return rows.map(([name, type, note]) => `${name.padEnd(width(0))}  ${type.padEnd(width(1))}  ${note}`.trimEnd());
}
