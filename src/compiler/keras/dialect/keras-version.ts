import { TorchliftError } from '../../../core/errors.ts';

const SAVE_AGAIN = 'Load it in Keras 2 with the TensorFlow backend, save it from there, and convert that file.';

/**
 * Refuses, by name, the dialects whose numbers would be wrong if read as Keras 2: Keras 1 (other keys, other kernel layouts), Keras 3
 * (another graph format) and files saved on Theano (kernels flipped).
 */
export function checkDialect(fileName: string, kerasVersion: string | undefined, backend: string | undefined): void {
  const refuse = (what: string, remedy: string): never => {
    throw new TorchliftError('unsupported', { what, where: fileName, remedy });
  };
  if (backend === 'theano') {
    refuse('the model was saved on the Theano backend, whose convolution kernels are flipped', SAVE_AGAIN);
  }
  const major = kerasVersion === undefined ? undefined : /^(\d+)\./.exec(kerasVersion)?.[1];
  if (major === '0' || major === '1')
    refuse(`the model was saved by Keras ${kerasVersion}; Keras 1 has other options and kernel layouts`, SAVE_AGAIN);
  if (major !== undefined && major !== '0' && major !== '1' && major !== '2') {
    refuse(
      `the model was saved by Keras ${kerasVersion}; legacy files are those of Keras 2.0 to 2.15`,
      'Save it with tf-keras (TF_USE_LEGACY_KERAS=1) in the .h5 format, and convert that file.',
    );
  }
}

/** Keys that only Keras 1 wrote, on the classes that had them. */
const KERAS_1_KEYS = ['nb_filter', 'nb_row', 'nb_col', 'border_mode', 'dim_ordering', 'subsample'];
const KERAS_1_CLASSES = /(Conv|Pool|Padding|Cropping|UpSampling)/;

/** The option that gives a layer away as Keras 1's, in a file that doesn't say its version. */
export function keras1Key(className: string, config: Readonly<Record<string, unknown>>): string | undefined {
  // Embedding has `output_dim` in Keras 2 too.
  if (className === 'Dense' && Object.hasOwn(config, 'output_dim') && !Object.hasOwn(config, 'units')) return 'output_dim';
  return KERAS_1_CLASSES.test(className) ? KERAS_1_KEYS.find((key) => Object.hasOwn(config, key)) : undefined;
}
