import { dense, functional, input, layer } from '../../src/compiler/keras/testing/model-file.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { writeKerasFile } from './tiny-model.ts';

export const PHOTO_CLASSES = ['a', 'b', 'c', 'd', 'e'] as const;
/** Pixels along each side. */
const PHOTO_SIZE = 64;

/**
 * A Keras file of a small convolutional network, its weights drawn by a fixed seed: unlike a mean of colours it sees where things are, how sharp
 * they are and in which channel.
 */
export async function writePhotoModel(path: string): Promise<void> {
  const random = seededRandom(3);
  const normal = (shape: readonly number[], scale: number) => ({
    shape,
    data: Float32Array.from(
      { length: shape.reduce((product, size) => product * size, 1) },
      () => scale * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
    ),
  });
  const conv = (name: string, filters: number, kernel: number, from: string) =>
    layer(
      'Conv2D',
      name,
      {
        filters,
        kernel_size: [kernel, kernel],
        strides: [2, 2],
        padding: 'same',
        activation: 'softsign',
        use_bias: true,
        data_format: 'channels_last',
      },
      [[from, 0, 0]],
    );
  const config = functional(
    'photos',
    [
      input('image', [null, PHOTO_SIZE, PHOTO_SIZE, 3]),
      conv('near', 12, 5, 'image'),
      conv('middle', 16, 3, 'near'),
      conv('far', 24, 3, 'middle'),
      layer('Flatten', 'flat', { data_format: 'channels_last' }, [['far', 0, 0]]),
      dense('scores', PHOTO_CLASSES.length, { activation: 'softmax' }, [['flat', 0, 0]]),
    ],
    [['image', 0, 0]],
    [['scores', 0, 0]],
  );
  // He's scale, so that no layer drowns the next.
  const weights = (name: string, shape: readonly number[], fan: number, scale = 1) => ({
    [`${name}/kernel:0`]: normal(shape, scale * Math.sqrt(2 / fan)),
    [`${name}/bias:0`]: normal(shape.slice(-1), 0.1),
  });
  await writeKerasFile(path, config, {
    image: {},
    near: weights('near', [5, 5, 3, 12], 75),
    middle: weights('middle', [3, 3, 12, 16], 108),
    far: weights('far', [3, 3, 16, 24], 144),
    flat: {},
    scores: weights('scores', [1536, PHOTO_CLASSES.length], 1536, 3),
  });
}
