import { TorchliftError } from '../core/errors.ts';
import type { Preprocessor } from './open-preprocessor.ts';

/** What a host was to make of the probe images; nothing where the bundle was never validated. */
export interface Proof {
  readonly expected: Readonly<Record<string, string>> | undefined;
  /** Other pixels are a warning then, not an error. */
  readonly allowOthers: boolean;
}

export interface Proved {
  /** sha256 of each row, by the image's name. */
  readonly images: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/**
 * Has a host prove that it makes the same pixels as the one that the bundle was validated on; one that doesn't is closed. Gives its hashes, and a
 * warning where they are others and may be. Errors: `probe-mismatch`, `worker-failed`.
 */
export async function provePixels(preprocessor: Preprocessor, proof: Proof): Promise<Proved> {
  try {
    return judge(await preprocessor.probe(), proof);
  } catch (error) {
    await preprocessor.close();
    throw error;
  }
}

function judge(images: Proved['images'], { expected, allowOthers }: Proof): Proved {
  const others = Object.keys(expected ?? {}).filter((name) => images[name] !== expected?.[name]);
  if (others.length === 0) return { images, warnings: [] };
  const what = `makes other pixels of the probe images (${others.join(', ')}) here than where the bundle was validated`;
  if (!allowOthers) throw new TorchliftError('probe-mismatch', { what, where: 'preprocess.py' });
  return { images, warnings: [`preprocess.py ${what}`] };
}
