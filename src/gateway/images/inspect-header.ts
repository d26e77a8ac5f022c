import { TorchliftError } from '../../core/errors.ts';
import { type ImageHeader, sniffImage } from '../../preprocess/sniff-image.ts';

/** What an image may be before any decoder sees it. */
export interface ImageLimits {
  readonly maxPixels: number;
  /** Of the shorter side: less has nothing to look at. */
  readonly minSide: number;
  /** JPEG, PNG, GIF and BMP are what TensorFlow takes; WebP is an addition that is switched on. */
  readonly webp: boolean;
}

/** Reads format and size from the header alone. Errors: `unsupported-image`, `image-too-large`, `refused-input` (too small). */
export function inspectHeader(bytes: Uint8Array, { maxPixels, minSide, webp }: ImageLimits): ImageHeader {
  const header = sniffImage(bytes);
  const formats = `JPEG, PNG, GIF${webp ? ', BMP or WebP' : ' or BMP'}`;
  if (bytes.byteLength === 0) throw new TorchliftError('unsupported-image', { what: 'the image is empty', remedy: `Send a ${formats}.` });
  if (header === undefined || (header.format === 'webp' && !webp)) {
    const found = header === undefined ? 'no image of a known format' : 'a WebP, which is switched off';
    throw new TorchliftError('unsupported-image', { what: `this is ${found}`, remedy: `Send a ${formats}.` });
  }
  const { width, height } = header;
  if (width * height > maxPixels) {
    const what = `the image has ${width}×${height} pixels, at most ${maxPixels / 1e6} million are looked at`;
    throw new TorchliftError('image-too-large', { what, remedy: 'Send it scaled down.' });
  }
  if (Math.min(width, height) < minSide)
    throw new TorchliftError('refused-input', { what: `the image has ${width}×${height} pixels, at least ${minSide}×${minSide} are looked at` });
  return header;
}
