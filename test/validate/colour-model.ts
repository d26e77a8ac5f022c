import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { dense, functional, input, layer } from '../../src/compiler/keras/testing/model-file.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { pngOf } from '../support/png.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

export const COLOURS = ['red', 'green', 'blue'] as const;

export interface ColourModel {
  /** Pixels along each side; 8 where omitted. */
  readonly size?: number;
  /** By colour and unit: how much the mean of a colour counts. */
  readonly kernel?: readonly (readonly number[])[];
  readonly activation?: 'softmax' | 'sigmoid';
}

const DIAGONAL = [
  [20, 0, 0],
  [0, 20, 0],
  [0, 0, 20],
] as const;

/** A Keras file whose scores say which colour an image has most of. */
export async function writeColourModel(path: string, { size = 8, kernel = DIAGONAL, activation = 'softmax' }: ColourModel = {}): Promise<void> {
  const units = kernel[0]?.length ?? 0;
  const config = functional(
    'colours',
    [
      input('image', [null, size, size, 3]),
      layer('GlobalAveragePooling2D', 'mean', { data_format: 'channels_last', keepdims: false }, [['image', 0, 0]]),
      dense('scores', units, { activation }, [['mean', 0, 0]]),
    ],
    [['image', 0, 0]],
    [['scores', 0, 0]],
  );
  mkdirSync(dirname(path), { recursive: true });
  await writeKerasFile(path, config, {
    image: {},
    mean: {},
    scores: {
      'scores/kernel:0': { shape: [3, units], data: Float32Array.from(kernel.flat()) },
      'scores/bias:0': { shape: [units], data: new Float32Array(units) },
    },
  });
}

/** A PNG of noise with more of one colour, another for each seed. */
export function colourPng(colour: number, seed: number, height = 9, width = 11): Buffer {
  const random = seededRandom(seed);
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, index) => Math.floor(random() * (index % 3 === colour ? 256 : 120)));
  return pngOf(width, height, pixels);
}

/** `count` of them in turns of the colours, as `<colour>/<number>.png`. Returns the names. */
export function writeColourImages(folder: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${COLOURS[index % 3]}/${index}.png`;
    mkdirSync(dirname(`${folder}/${name}`), { recursive: true });
    writeFileSync(`${folder}/${name}`, colourPng(index % 3, index + 1));
    return name;
  });
}
