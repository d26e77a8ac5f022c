import { TorchliftError } from '../core/errors.ts';

/**
 * What happens to an image's bytes before the model sees them: an ordered list of named steps, kept in the manifest as data.
 * `height` and `width` null: the model's own input size.
 */
export type Step =
  | { readonly step: 'decode'; readonly decoder: 'tensorflow' | 'pillow' | 'opencv' }
  | { readonly step: 'orient' }
  /** From the centre; both null: the largest square. */
  | { readonly step: 'crop'; readonly height: number | null; readonly width: number | null }
  | {
      readonly step: 'resize';
      /** The last five are one library's alone (`OWN_KERNELS`). */
      readonly kernel: 'bilinear' | 'nearest' | 'bicubic' | 'area' | 'lanczos' | 'lanczos3' | 'lanczos5' | 'gaussian' | 'mitchellcubic';
      readonly library: 'tensorflow' | 'tensorflow-v1' | 'pillow' | 'opencv';
      readonly align_corners?: boolean;
      /** Of `tensorflow`: a kernel that widens as it shrinks. Pillow's all do, and `area` everywhere. */
      readonly antialias?: boolean;
      /** The largest size of the image's own proportions inside height × width; a `pad` brings it there. */
      readonly preserve_aspect_ratio?: boolean;
      readonly height: number | null;
      readonly width: number | null;
    }
  | { readonly step: 're-encode'; readonly quality: number }
  /** To height × width, the image in the middle; to a square where both are omitted. */
  | { readonly step: 'pad'; readonly value: number; readonly height?: number | null; readonly width?: number | null }
  | { readonly step: 'channel-order'; readonly order: 'RGB' | 'BGR' }
  | { readonly step: 'scale'; readonly divide: number; readonly offset: number }
  | { readonly step: 'normalise'; readonly mean: readonly number[]; readonly std: readonly number[] };

type Resize = Extract<Step, { step: 'resize' }>;

const decode: Step = { step: 'decode', decoder: 'tensorflow' };
const resize: Step = { step: 'resize', kernel: 'bilinear', library: 'tensorflow', height: null, width: null };
/** keras.applications' `torch` mode: ImageNet's statistics of 0..1 values. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
/** keras.applications' `caffe` mode: ImageNet's mean of 0..255 values in BGR order. */
const CAFFE_MEAN = [103.939, 116.779, 123.68] as const;

const pillow: Step = { step: 'decode', decoder: 'pillow' };
const fixed = { height: null, width: null } as const;

/** Pipelines by name: plain ranges, keras.applications' preprocessing modes, and the recipes of four public moderation models. */
export const PRESETS: Readonly<Record<string, readonly Step[]>> = {
  '0..255': [decode, resize],
  '0..1': [decode, resize, { step: 'scale', divide: 255, offset: 0 }],
  '-1..1': [decode, resize, { step: 'scale', divide: 127.5, offset: -1 }],
  tf: [decode, resize, { step: 'scale', divide: 127.5, offset: -1 }],
  caffe: [decode, resize, { step: 'channel-order', order: 'BGR' }, { step: 'normalise', mean: CAFFE_MEAN, std: [1, 1, 1] }],
  torch: [decode, resize, { step: 'scale', divide: 255, offset: 0 }, { step: 'normalise', ...IMAGENET }],
  /** nsfwjs, which resizes in the browser by TensorFlow.js. */
  nsfwjs: [
    decode,
    { step: 'resize', kernel: 'bilinear', library: 'tensorflow-v1', align_corners: true, ...fixed },
    { step: 'scale', divide: 255, offset: 0 },
  ],
  /** nsfw_model, by `keras.utils.load_img(target_size=…)`, whose default is nearest. */
  load_img: [pillow, { step: 'resize', kernel: 'nearest', library: 'pillow', ...fixed }, { step: 'scale', divide: 255, offset: 0 }],
  /** Yahoo's open_nsfw in its TensorFlow port: through JPEG once more, and the mean of Caffe's reference model. */
  open_nsfw: [
    pillow,
    { step: 'resize', kernel: 'bilinear', library: 'pillow', height: 256, width: 256 },
    { step: 're-encode', quality: 75 },
    { step: 'crop', height: 224, width: 224 },
    { step: 'channel-order', order: 'BGR' },
    { step: 'normalise', mean: [104, 117, 123], std: [1, 1, 1] },
  ],
  /** Bumble's private detector: its own proportions, grey around. */
  private_detector: [
    decode,
    { ...(resize as Resize), preserve_aspect_ratio: true },
    { step: 'pad', value: 128, ...fixed },
    { step: 'normalise', mean: [128, 128, 128], std: [128, 128, 128] },
  ],
};

/** Kernels that one library alone has. */
const OWN_KERNELS: Readonly<Partial<Record<Resize['kernel'], Resize['library']>>> = {
  lanczos: 'pillow',
  lanczos3: 'tensorflow',
  lanczos5: 'tensorflow',
  gaussian: 'tensorflow',
  mitchellcubic: 'tensorflow',
};

/** What a key may hold, and how that is said. */
interface Allowed {
  readonly check: (value: unknown) => boolean;
  readonly words: string;
  readonly optional?: true;
}

const oneOf = (...options: readonly string[]): Allowed => ({
  check: (value) => typeof value === 'string' && options.includes(value),
  words: options.join(', ').replace(/, ([^,]*)$/, ' or $1'),
});
/** One side of what is decoded at most: a larger size is a slip, and would fill the memory. */
const MAX_SIDE = 20_000;
const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
const isSize = (value: unknown) => Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAX_SIDE;
const isThree = (value: unknown) => Array.isArray(value) && value.length === 3 && value.every(isNumber);
const number: Allowed = { check: isNumber, words: 'a number' };
const boolean: Allowed = { check: (value) => typeof value === 'boolean', words: 'true or false' };
const size: Allowed = { check: (value) => value === null || isSize(value), words: `null or a whole number from 1 to ${MAX_SIDE}` };
const optional = (allowed: Allowed): Allowed => ({ ...allowed, optional: true });

/** Per step: its keys and what each may hold. */
const KEYS: Readonly<Record<Step['step'], Readonly<Record<string, Allowed>>>> = {
  decode: { decoder: oneOf('tensorflow', 'pillow', 'opencv') },
  orient: {},
  crop: { height: size, width: size },
  resize: {
    kernel: oneOf('bilinear', 'nearest', 'bicubic', 'area', ...Object.keys(OWN_KERNELS)),
    library: oneOf('tensorflow', 'tensorflow-v1', 'pillow', 'opencv'),
    align_corners: optional(boolean),
    antialias: optional(boolean),
    preserve_aspect_ratio: optional(boolean),
    height: size,
    width: size,
  },
  're-encode': { quality: { check: (value) => isSize(value) && (value as number) <= 100, words: 'a whole number from 1 to 100' } },
  pad: { value: number, height: optional(size), width: optional(size) },
  'channel-order': { order: oneOf('RGB', 'BGR') },
  scale: { divide: { check: (value) => isNumber(value) && value !== 0, words: 'a number other than 0' }, offset: number },
  normalise: {
    mean: { check: isThree, words: 'three numbers' },
    std: { check: (value) => isThree(value) && !(value as number[]).includes(0), words: 'three numbers other than 0' },
  },
};

/** Checks a parsed `steps.json`. Errors: `malformed-file`, naming the step and the key. */
export function parseSteps(json: unknown, place: string): readonly Step[] {
  const malformed = (what: string) =>
    new TorchliftError('malformed-file', {
      what,
      where: place,
      remedy: `Known steps: ${Object.keys(KEYS).join(', ')}; presets: ${Object.keys(PRESETS).join(', ')}.`,
    });
  if (!Array.isArray(json) || json.length === 0) throw malformed('expected a list of steps');
  json.forEach((step: unknown, index) => {
    const place = `step ${index + 1}`;
    if (typeof step !== 'object' || step === null) throw malformed(`${place} isn't an object`);
    const { step: name, ...rest } = step as Record<string, unknown>;
    const keys = typeof name === 'string' && Object.hasOwn(KEYS, name) ? KEYS[name as Step['step']] : undefined;
    if (keys === undefined) throw malformed(`${place} is ${JSON.stringify(name)?.slice(0, 40)}, which is no known step`);
    const known = new Map(Object.entries(keys));
    for (const key of Object.keys(rest)) {
      if (!known.has(key))
        throw malformed(
          `${place} (${name}) has an unknown key ${JSON.stringify(key).slice(0, 40)}; it takes ${[...known.keys()].join(', ') || 'none'}`,
        );
    }
    for (const [key, { check, words, optional }] of known) {
      if (rest[key] === undefined) {
        if (optional) continue;
        throw malformed(`${place} (${name}) lacks ${key}: ${words}`);
      }
      if (!check(rest[key])) throw malformed(`${place} (${name}) has ${key} ${JSON.stringify(rest[key]).slice(0, 40)}, expected ${words}`);
    }
  });
  const contradiction = contradictionIn(json as readonly Step[]);
  if (contradiction !== undefined) throw malformed(contradiction);
  return json as readonly Step[];
}

const VALUES: readonly Step['step'][] = ['channel-order', 'scale', 'normalise'];
/** Work on bytes: what was scaled before would be rounded to nothing. */
const BYTES: readonly Step['step'][] = ['re-encode'];

/** What no order of these steps could mean; undefined where all is well. */
function contradictionIn(steps: readonly Step[]): string | undefined {
  for (const [index, step] of steps.entries()) {
    const where = `step ${index + 1} (${step.step})`;
    if ((step.step === 'decode') !== (index === 0)) return index === 0 ? 'the first step is not decode' : `${where} comes a second time`;
    const before = steps.slice(0, index);
    const scaled = before.some((other) => other.step === 'scale' || other.step === 'normalise');
    const works = BYTES.includes(step.step) || (step.step === 'resize' && (step.library === 'pillow' || step.library === 'opencv'));
    if (scaled && works) return `${where} works on bytes, but the values were scaled before`;
    if (step.step === 'orient' && before.some((other) => other.step === 'decode' && other.decoder === 'opencv'))
      return `${where}: the decoder of opencv has turned it already`;
    if (step.step === 'orient' && before.some((other) => other.step !== 'decode' && !VALUES.includes(other.step)))
      return `${where} comes after the pixels were moved`;
    const resized = step.step === 'resize' ? mismatchIn(step) : undefined;
    if (resized !== undefined) return `${where}: ${resized}`;
    if ((step.step === 'crop' && (step.height === null) !== (step.width === null)) || (step.step === 'pad' && 'height' in step !== 'width' in step))
      return `${where} has a height or a width alone`;
  }
  return undefined;
}

/** What the resize's library hasn't. */
function mismatchIn({ kernel, library, align_corners, antialias }: Resize): string | undefined {
  const owner = OWN_KERNELS[kernel] ?? library;
  if (owner !== library) return `only ${owner} has ${kernel}`;
  if (align_corners && library !== 'tensorflow-v1') return 'only tensorflow-v1 has align_corners';
  // Not even false, which Pillow couldn't do.
  if (antialias !== undefined && library !== 'tensorflow') return 'only tensorflow has antialias';
  if (antialias && (kernel === 'nearest' || kernel === 'area')) return `${kernel} knows no antialias`;
  return undefined;
}
