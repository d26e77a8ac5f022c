import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { invariant } from '../core/errors.ts';
import { packageRoot } from '../core/package-root.ts';
import type { Step } from './steps.ts';

/** What stands behind a pipeline: the model's input. */
export interface ModelInput {
  /** Pixels; null where the model leaves them free, and a step has to name them. */
  readonly height: number | null;
  readonly width: number | null;
  readonly layout: 'NHWC' | 'NCHW';
  readonly dtype: string;
}

interface Port {
  readonly dtype: string;
  readonly shape: readonly (number | string)[];
  readonly layout: 'NHWC' | 'NCHW' | null;
}

/** What a model takes for an image; undefined where it takes anything else than one colour image. */
export function imageInput(inputs: readonly Port[]): ModelInput | undefined {
  const [input, ...more] = inputs;
  if (input === undefined || input.layout === null || more.length > 0) return undefined;
  const { layout, dtype } = input;
  const [height, width, channels] = (layout === 'NHWC' ? [1, 2, 3] : [2, 3, 1]).map((axis) => input.shape[axis]);
  if (channels !== 3) return undefined;
  return { height: typeof height === 'number' ? height : null, width: typeof width === 'number' ? width : null, layout, dtype };
}

/**
 * `preprocess.py` of a pipeline: the source of the functions it uses, out of `python/torchlift_worker/steps/`, and `preprocess(data)`, which calls
 * them. Undefined where a step needs a size that neither it nor the model has.
 */
export function printPreprocess(steps: readonly Step[], input: ModelInput): string | undefined {
  const calls = steps.map((step) => callOf(step, input));
  if (!calls.every((call) => call !== undefined)) return undefined;
  const lines = calls.flat();
  const sources = readSources();
  const body = gather(sources, lines.join('\n'));
  const [height, width] = [input.height ?? 'H', input.width ?? 'W'];
  const shape = input.layout === 'NHWC' ? `[1, ${height}, ${width}, 3]` : `[1, 3, ${height}, ${width}]`;
  const toRow = input.layout === 'NHWC' ? 'image[None]' : 'image.transpose(2, 0, 1)[None]';
  const preprocess = [
    'def preprocess(data: bytes) -> torch.Tensor:',
    `    """One row ${shape} ${input.dtype}, as model.py takes it, of an image file's bytes. Raises ValueError where it can't be read."""`,
    ...lines.map((line) => `    ${line}`),
    `    return torch.from_numpy(np.ascontiguousarray(${toRow}, dtype=np.${input.dtype}))`,
  ].join('\n');
  const text = [...body.chunks, preprocess].join('\n\n\n');
  const imports = importLines(body.imports, text);
  return `${[
    '"""What this model expects to be done to an image\'s bytes before it sees them.',
    '',
    '    from preprocess import preprocess',
    '    scores = model(preprocess(open("photo.jpg", "rb").read()))',
    '"""',
    '',
    'from __future__ import annotations',
    '',
    ...imports,
  ].join('\n')}\n\n\n${text}\n`;
}

/** The lines that a step becomes; undefined where its size isn't known. */
function callOf(step: Step, input: ModelInput): readonly string[] | undefined {
  switch (step.step) {
    case 'decode':
      return [`image = decode_${step.decoder}(data)`];
    case 'orient':
      return ['image = orient(image, data)'];
    case 'crop':
      return step.height === null ? ['image = crop_to_square(image)'] : [`image = crop(image, ${step.height}, ${step.width})`];
    case 're-encode':
      return [`image = reencode(image, ${step.quality})`];
    case 'channel-order':
      return step.order === 'BGR' ? ['image = bgr(image)'] : [];
    case 'scale':
      return [`image = scale(image, ${step.divide}, ${step.offset})`];
    case 'normalise':
      return [`image = normalise(image, [${step.mean.join(', ')}], [${step.std.join(', ')}])`];
    case 'pad': {
      if (!('height' in step)) return [`image = pad_to_square(image, ${step.value})`];
      const [height, width] = [step.height ?? input.height, step.width ?? input.width];
      return height === null || width === null ? undefined : [`image = pad(image, ${step.value}, ${height}, ${width})`];
    }
    case 'resize': {
      const [height, width] = [step.height ?? input.height, step.width ?? input.width];
      return height === null || width === null ? undefined : resizeCall(step, height, width);
    }
  }
}

/** TensorFlow's that have a function each; the others, and all antialiased ones, share one. */
const VERSION_1_KERNELS: readonly string[] = ['bilinear', 'nearest', 'bicubic', 'area'];

function resizeCall(step: Extract<Step, { step: 'resize' }>, height: number, width: number): readonly string[] {
  const { kernel, library, align_corners = false, antialias = false, preserve_aspect_ratio = false } = step;
  const size = preserve_aspect_ratio ? 'height, width' : `${height}, ${width}`;
  const first = preserve_aspect_ratio ? [`height, width = keep_aspect(image.shape[0], image.shape[1], ${height}, ${width})`] : [];
  if (library === 'pillow' || library === 'opencv') return [...first, `image = resize_${library}(image, "${kernel}", ${size})`];
  if (antialias || !VERSION_1_KERNELS.includes(kernel))
    return [...first, `image = resize_sampled(image, "${kernel}", ${size}${antialias ? ', antialias=True' : ''})`];
  const halfPixel = library === 'tensorflow' || kernel === 'area' ? '' : ', half_pixel=False';
  return [...first, `image = resize_${kernel}(image, ${size}${halfPixel}${align_corners ? ', align_corners=True' : ''})`];
}

interface Import {
  /** `import numpy as np` as it stands; of `from PIL import Image` the module, `PIL`. */
  readonly from: string | null;
  readonly name: string;
  /** As the module's code calls it. */
  readonly alias: string;
}

interface Sources {
  readonly imports: readonly Import[];
  /** Every function and constant by name, in the order of the files. */
  readonly chunks: ReadonlyMap<string, string>;
}

/** Our own Python, in one form: a docstring, imports, then functions and constants with two empty lines between them. */
function readSources(): Sources {
  const folder = join(packageRoot(), 'python', 'torchlift_worker', 'steps');
  const imports = new Map<string, Import>();
  const chunks = new Map<string, string>();
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.py') || file === '__init__.py' || file === 'run_steps.py') continue;
    const text = readFileSync(join(folder, file), 'utf8').replace(/^""".*?"""\n/s, '');
    for (const part of text.split(/\n(?=(?:def |[A-Z_]+ = |import |from ))/)) {
      const chunk = part.trim();
      const name = /^(?:def (\w+)|([A-Z_]+) = )/.exec(chunk);
      if (name !== null) {
        const key = (name[1] ?? name[2]) as string;
        invariant(!chunks.has(key), `${basename(file)}: ${key} is defined twice`);
        chunks.set(key, chunk);
      } else {
        for (const each of parseImport(chunk)) imports.set(`${each.from} ${each.name}`, each);
      }
    }
  }
  imports.set('torch', { from: null, name: 'torch', alias: 'torch' });
  return { imports: [...imports.values()], chunks };
}

/** Of one line: `import a`, `import a as b` or `from a import b, c`, a comment behind it included; nothing for our own modules. */
function parseImport(line: string): readonly Import[] {
  const [, from = null, names] = /^(?:from (\S+) )?import (.*)$/.exec(line) ?? [];
  if (names === undefined || /^(__future__|torchlift_worker)/.test(from ?? '')) return [];
  if (from === null) return [{ from, name: names, alias: names.replace(/ *#.*/, '').split(' as ').at(-1) as string }];
  return names.split(',').map((name) => ({ from, name: name.trim(), alias: name.trim() }));
}

/** What `calls` use, and what that uses. */
function gather({ imports, chunks }: Sources, calls: string): { chunks: readonly string[]; imports: readonly Import[] } {
  const used = new Set<string>();
  const visit = (text: string) => {
    for (const [name, chunk] of chunks) {
      if (used.has(name) || !mentions(text, name)) continue;
      used.add(name);
      visit(chunk.replace(/^def \w+/, ''));
    }
  };
  visit(calls);
  return { chunks: [...chunks].filter(([name]) => used.has(name)).map(([, chunk]) => chunk), imports };
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(text);
}

const STANDARD_LIBRARY = ['io', 'struct', 'warnings', 'zlib'];

/** What `text` uses of them: the standard library first, then the others, each module once, as isort orders them. */
function importLines(imports: readonly Import[], text: string): readonly string[] {
  const used = imports.filter(({ alias }) => mentions(text, alias));
  const plain = used.flatMap(({ from, name }) => (from === null ? [name] : [])).sort();
  const [standard, others] = [true, false].map((wanted) => plain.filter((name) => STANDARD_LIBRARY.includes(name) === wanted)) as [
    string[],
    string[],
  ];
  const modules = [...new Set(used.flatMap(({ from }) => (from === null ? [] : [from])))].sort();
  const froms = modules.map(
    (module) =>
      `from ${module} import ${used
        .filter(({ from }) => from === module)
        .map(({ name }) => name)
        .sort()
        .join(', ')}`,
  );
  const block = (names: readonly string[]) => names.map((name) => `import ${name}`);
  return [...block(standard), ...(standard.length === 0 ? [] : ['']), ...block(others), ...froms];
}
