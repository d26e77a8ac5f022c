import type { Step } from '../../preprocess/steps.ts';

type Decoder = Extract<Step, { step: 'decode' }>['decoder'];
type Resize = Extract<Step, { step: 'resize' }>;

/** One choice of each dimension makes a pipeline. */
export interface PipelineChoice {
  /** Who decodes, and whether a photo is turned as its EXIF block says. OpenCV turns it without being told. */
  readonly decoding: { readonly decoder: Decoder; readonly orient: boolean };
  /** What is cut away or added around, and when. */
  readonly frame: Frame;
  readonly resize: Pick<Resize, 'kernel' | 'library' | 'align_corners' | 'antialias'>;
  /** Quality of a second JPEG, after the resize; null for none. */
  readonly reEncode: number | null;
  readonly order: 'RGB' | 'BGR';
  readonly values: readonly Step[];
}

/**
 * - `stretch`: to the model's size, whatever the proportions.
 * - `square`: the largest centred square first.
 * - `resize-crop`: to the model's size divided by `share` on each side, then the model's size from the centre.
 * - `fit-pad`: the image's own proportions, the rest filled with `value`.
 * - `square-pad`: filled to a square first.
 */
export type Frame =
  | { readonly kind: 'stretch' | 'square' }
  | { readonly kind: 'resize-crop'; readonly share: number }
  | { readonly kind: 'fit-pad' | 'square-pad'; readonly value: number };

export type Choices = { readonly [K in keyof PipelineChoice]: readonly PipelineChoice[K][] };

const scale = (divide: number, offset: number): Step => ({ step: 'scale', divide, offset });
const normalise = (mean: readonly number[], std: readonly number[]): Step => ({ step: 'normalise', mean, std });
const resize = (
  library: Resize['library'],
  kernel: Resize['kernel'],
  options: Pick<Resize, 'align_corners' | 'antialias'> = {},
): PipelineChoice['resize'] => ({ kernel, library, ...options });

/** Every dimension's choices, the simplest and most frequent first. */
export const CHOICES: Choices = {
  decoding: [
    { decoder: 'tensorflow', orient: false },
    { decoder: 'pillow', orient: false },
    { decoder: 'tensorflow', orient: true },
    { decoder: 'pillow', orient: true },
    { decoder: 'opencv', orient: false },
  ],
  frame: [
    { kind: 'stretch' },
    { kind: 'square' },
    { kind: 'resize-crop', share: 0.875 },
    { kind: 'resize-crop', share: 0.9 },
    { kind: 'fit-pad', value: 0 },
    { kind: 'fit-pad', value: 128 },
    { kind: 'fit-pad', value: 255 },
    { kind: 'square-pad', value: 0 },
    { kind: 'square-pad', value: 128 },
    { kind: 'square-pad', value: 255 },
  ],
  resize: [
    resize('tensorflow', 'bilinear'),
    resize('pillow', 'bilinear'),
    resize('pillow', 'nearest'),
    resize('pillow', 'bicubic'),
    resize('pillow', 'lanczos'),
    resize('pillow', 'area'),
    resize('opencv', 'bilinear'),
    resize('opencv', 'area'),
    resize('opencv', 'bicubic'),
    resize('opencv', 'nearest'),
    resize('tensorflow', 'nearest'),
    resize('tensorflow', 'bicubic'),
    resize('tensorflow', 'area'),
    resize('tensorflow', 'bilinear', { antialias: true }),
    resize('tensorflow', 'bicubic', { antialias: true }),
    resize('tensorflow', 'lanczos3', { antialias: true }),
    resize('tensorflow', 'lanczos3'),
    resize('tensorflow-v1', 'bilinear', { align_corners: true }),
    resize('tensorflow-v1', 'bilinear'),
    resize('tensorflow-v1', 'nearest'),
    resize('tensorflow-v1', 'nearest', { align_corners: true }),
    resize('tensorflow-v1', 'bicubic', { align_corners: true }),
    resize('tensorflow-v1', 'bicubic'),
  ],
  reEncode: [null, 75, 80, 85, 90, 95],
  order: ['RGB', 'BGR'],
  values: [
    [scale(255, 0)],
    [scale(127.5, -1)],
    [],
    [normalise([128, 128, 128], [128, 128, 128])],
    [scale(255, 0), normalise([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])],
    [normalise([103.939, 116.779, 123.68], [1, 1, 1])],
    [normalise([104, 117, 123], [1, 1, 1])],
    [normalise([123.68, 116.779, 103.939], [1, 1, 1])],
    [scale(255, -0.5)],
    [scale(256, 0)],
  ],
};

/** The keys of a choice, in the order of the steps they become. */
export const DIMENSIONS = ['decoding', 'frame', 'resize', 'reEncode', 'order', 'values'] as const satisfies readonly (keyof PipelineChoice)[];

/** Everything at its first choice: the preset `0..1`. */
export const SIMPLEST: PipelineChoice = Object.fromEntries(DIMENSIONS.map((key) => [key, CHOICES[key][0]])) as unknown as PipelineChoice;

/** The choice as steps for a model of `height` × `width`. */
export function stepsOf(choice: PipelineChoice, height: number, width: number): readonly Step[] {
  const { decoding, frame, reEncode, order, values } = choice;
  const resizeTo = (rows: number | null, columns: number | null, keep = false): Step => ({
    step: 'resize',
    ...choice.resize,
    height: rows,
    width: columns,
    ...(keep && { preserve_aspect_ratio: true }),
  });
  const again: readonly Step[] = reEncode === null ? [] : [{ step: 're-encode', quality: reEncode }];
  return [
    { step: 'decode', decoder: decoding.decoder },
    ...(decoding.orient ? [{ step: 'orient' } as const] : []),
    ...framed(frame, again, resizeTo, height, width),
    ...(order === 'BGR' ? [{ step: 'channel-order', order } as const] : []),
    ...values,
  ];
}

function framed(
  frame: Frame,
  again: readonly Step[],
  resizeTo: (height: number | null, width: number | null, keep?: boolean) => Step,
  height: number,
  width: number,
): readonly Step[] {
  switch (frame.kind) {
    case 'stretch':
      return [resizeTo(null, null), ...again];
    case 'square':
      return [{ step: 'crop', height: null, width: null }, resizeTo(null, null), ...again];
    case 'resize-crop':
      return [resizeTo(Math.round(height / frame.share), Math.round(width / frame.share)), ...again, { step: 'crop', height, width }];
    case 'fit-pad':
      return [resizeTo(null, null, true), ...again, { step: 'pad', value: frame.value, height: null, width: null }];
    case 'square-pad':
      return [{ step: 'pad', value: frame.value }, resizeTo(null, null), ...again];
  }
}
