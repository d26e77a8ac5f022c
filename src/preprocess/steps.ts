import { TorchliftError } from '../core/errors.ts';

/**
 * What happens to an image's bytes before the model sees them: an ordered list of named steps, kept in the manifest as data.
 * `height` and `width` null: the model's own input size.
 */
export type Step =
  | { readonly step: 'decode'; readonly decoder: 'tensorflow' | 'pillow' | 'opencv' }
  | { readonly step: 'orient' }
  | { readonly step: 'crop'; readonly height: number; readonly width: number }
  | {
      readonly step: 'resize';
      readonly kernel: 'bilinear' | 'nearest' | 'bicubic' | 'area';
      readonly library: 'tensorflow' | 'tensorflow-v1' | 'pillow' | 'opencv';
      readonly align_corners?: boolean;
      readonly height: number | null;
      readonly width: number | null;
    }
  | { readonly step: 're-encode'; readonly quality: number }
  | { readonly step: 'pad'; readonly value: number }
  | { readonly step: 'channel-order'; readonly order: 'RGB' | 'BGR' }
  | { readonly step: 'scale'; readonly divide: number; readonly offset: number }
  | { readonly step: 'normalise'; readonly mean: readonly number[]; readonly std: readonly number[] };

const decode: Step = { step: 'decode', decoder: 'tensorflow' };
const resize: Step = { step: 'resize', kernel: 'bilinear', library: 'tensorflow', height: null, width: null };
/** keras.applications' `torch` mode: ImageNet's statistics of 0..1 values. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
/** keras.applications' `caffe` mode: ImageNet's mean of 0..255 values in BGR order. */
const CAFFE_MEAN = [103.939, 116.779, 123.68] as const;

/** Pipelines by name; the last three are keras.applications' preprocessing modes. */
export const PRESETS: Readonly<Record<string, readonly Step[]>> = {
  '0..255': [decode, resize],
  '0..1': [decode, resize, { step: 'scale', divide: 255, offset: 0 }],
  '-1..1': [decode, resize, { step: 'scale', divide: 127.5, offset: -1 }],
  tf: [decode, resize, { step: 'scale', divide: 127.5, offset: -1 }],
  caffe: [decode, resize, { step: 'channel-order', order: 'BGR' }, { step: 'normalise', mean: CAFFE_MEAN, std: [1, 1, 1] }],
  torch: [decode, resize, { step: 'scale', divide: 255, offset: 0 }, { step: 'normalise', ...IMAGENET }],
};

const oneOf =
  (...options: readonly string[]) =>
  (value: unknown) =>
    typeof value === 'string' && options.includes(value);
const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
const isSize = (value: unknown) => Number.isInteger(value) && (value as number) > 0;
const isSizeOrNull = (value: unknown) => value === null || isSize(value);
const isThree = (value: unknown) => Array.isArray(value) && value.length === 3 && value.every(isNumber);

/** Per step: its keys and what each may hold. A key ending in `?` may be missing. */
const KEYS: Readonly<Record<Step['step'], Readonly<Record<string, (value: unknown) => boolean>>>> = {
  decode: { decoder: oneOf('tensorflow', 'pillow', 'opencv') },
  orient: {},
  crop: { height: isSize, width: isSize },
  resize: {
    kernel: oneOf('bilinear', 'nearest', 'bicubic', 'area'),
    library: oneOf('tensorflow', 'tensorflow-v1', 'pillow', 'opencv'),
    'align_corners?': (value) => typeof value === 'boolean',
    height: isSizeOrNull,
    width: isSizeOrNull,
  },
  're-encode': { quality: (value) => isSize(value) && (value as number) <= 100 },
  pad: { value: isNumber },
  'channel-order': { order: oneOf('RGB', 'BGR') },
  scale: { divide: (value) => isNumber(value) && value !== 0, offset: isNumber },
  normalise: { mean: isThree, std: (value) => isThree(value) && !(value as number[]).includes(0) },
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
    if (typeof step !== 'object' || step === null) throw malformed(`step ${index} isn't an object`);
    const { step: name, ...rest } = step as Record<string, unknown>;
    const keys = typeof name === 'string' && Object.hasOwn(KEYS, name) ? KEYS[name as Step['step']] : undefined;
    if (keys === undefined) throw malformed(`step ${index} is ${JSON.stringify(name)?.slice(0, 40)}, which is no known step`);
    const known = new Map(Object.entries(keys).map(([key, check]) => [key.replace('?', ''), { check, optional: key.endsWith('?') }]));
    for (const key of Object.keys(rest))
      if (!known.has(key)) throw malformed(`step ${index} (${name}) has an unknown key ${JSON.stringify(key).slice(0, 40)}`);
    for (const [key, { check, optional }] of known) {
      if (rest[key] === undefined && optional) continue;
      if (!check(rest[key])) throw malformed(`step ${index} (${name}) has ${key} ${JSON.stringify(rest[key])?.slice(0, 40)}`);
    }
  });
  return json as readonly Step[];
}
