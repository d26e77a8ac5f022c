import { readFileSync } from 'node:fs';
import type { FlipEvidence } from '../bundle/evidence/agreement-evidence.ts';
import { sniffImage } from '../preprocess/sniff-image.ts';

/** A page that holds more is slow to open. */
const MAX_PICTURE_BYTES = 2 << 20;
const MAX_PAGE_BYTES = 24 << 20;
const MEDIA_TYPES = { jpeg: 'image/jpeg', png: 'image/png', gif: 'image/gif', bmp: 'image/bmp', webp: 'image/webp' } as const;

/** The flips' own files as data URLs, by id, as far as a page should carry: large ones are left out, and none is decoded here. */
export function flipPictures(flips: readonly FlipEvidence[]): ReadonlyMap<string, string> {
  const pictures = new Map<string, string>();
  let total = 0;
  for (const { id, path } of flips) {
    const bytes = path === null ? undefined : read(path);
    const format = bytes && sniffImage(bytes)?.format;
    if (bytes === undefined || format === undefined || bytes.byteLength > MAX_PICTURE_BYTES || total + bytes.byteLength > MAX_PAGE_BYTES) continue;
    total += bytes.byteLength;
    pictures.set(id, `data:${MEDIA_TYPES[format]};base64,${bytes.toString('base64')}`);
  }
  return pictures;
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined; // gone since it was compared: the page says so by having no picture
  }
}
