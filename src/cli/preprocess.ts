import { type Command, InvalidArgumentError } from 'commander';
import { PRESETS } from '../preprocess/steps.ts';
import { createProgress } from './progress.ts';

const EXAMPLES = `
Examples:
  $ torchlift preprocess photo.jpg --preprocess moderation_model -o seen.npz          # as the bundle's model sees it
  $ torchlift preprocess photos/*.jpg --preprocess nsfwjs --size 224x224 -o seen.npz
  $ python -c "import numpy; print(numpy.load('seen.npz')['x'].shape)"

Presets: ${Object.keys(PRESETS).join(', ')}.
The file has x, float32 [N, H, W, 3], and names.`;

type Size = readonly [height: number, width: number];

const size = (text: string): Size => {
  const [, height, width] = /^(\d+)x(\d+)$/i.exec(text) ?? [];
  if (!(Number(height) > 0 && Number(width) > 0)) throw new InvalidArgumentError('It is HEIGHTxWIDTH, 224x224 say.');
  return [Number(height), Number(width)];
};

/** `torchlift preprocess`: what a model sees of an image. */
export function register(program: Command): void {
  program
    .command('preprocess')
    .description('Put images through a pipeline and keep what the model would see, as a .npz.')
    .argument('<image...>', 'JPEG, PNG, GIF or BMP files')
    .requiredOption('--preprocess <steps>', 'a preset, a steps.json, or a bundle')
    .option('--size <HxW>', "the model's input, where no step names a size (a bundle has its own)", size)
    .requiredOption('-o, --output <npz>', 'where to write')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (images: string[], flags: { preprocess: string; size?: Size; output: string; json?: boolean }) => {
      const { preprocessImages } = await import('../validate/preprocess-images.ts');
      const progress = createProgress();
      try {
        const result = await preprocessImages(images, { ...flags, onProgress: (line) => progress.update(line) });
        progress.done();
        const text = `${result.output}: x float32 [${result.shape.join(', ')}]\n${result.flags.map(({ image, flag }) => `  ${image}: ${flag}\n`).join('')}`;
        process.stdout.write(flags.json ? `${JSON.stringify({ schema: 1, ...result })}\n` : text);
      } finally {
        progress.done();
      }
    });
}
