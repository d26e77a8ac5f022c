import type { ImageHeader } from './sniff-image.ts';

/** What a file holds besides the picture that a decoder gives. */
export interface ImageStructure {
  /** Pictures of an animation, or of a file that holds several (MPO); 1 where it doesn't say. */
  readonly frames: number;
  /** It says how transparent its pixels are, which decoders of models drop: what is visible only on white is black to the model. */
  readonly alpha: boolean;
  /** Behind what ends the picture; 0 where the end isn't found. */
  readonly trailingBytes: number;
}

const PLAIN: ImageStructure = { frames: 1, alpha: false, trailingBytes: 0 };

/**
 * Reads the structure of a file whose header was sniffed, without decoding it; of one that is damaged as far as it goes. Sources: PNG 3rd edition 11
 * (tRNS, acTL, IEND), GIF89a 20 to 27, ISO 10918-1 B.1.1 and CIPA DC-007 (MPO), BITMAPFILEHEADER, RFC 9649 (VP8X, ANMF).
 */
export function imageStructure(bytes: Uint8Array, { format }: Pick<ImageHeader, 'format'>): ImageStructure {
  return READERS[format](Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

const READERS: Readonly<Record<ImageHeader['format'], (view: Buffer) => ImageStructure>> = { png, gif, jpeg, bmp, webp };

function png(view: Buffer): ImageStructure {
  const colourType = view[25] ?? 0;
  let alpha = (colourType & 4) !== 0;
  let frames = 1;
  for (let at = 8; at + 12 <= view.length; ) {
    const [length, type] = [view.readUInt32BE(at), view.toString('latin1', at + 4, at + 8)];
    if (type === 'tRNS') alpha = true;
    if (type === 'acTL' && length >= 4 && at + 12 <= view.length) frames = Math.max(1, view.readUInt32BE(at + 8));
    at += 12 + length;
    if (type === 'IEND') return { frames, alpha, trailingBytes: Math.max(0, view.length - at) };
  }
  return { frames, alpha, trailingBytes: 0 };
}

function gif(view: Buffer): ImageStructure {
  const tableBytes = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + tableBytes(view[10] ?? 0);
  let frames = 0;
  let alpha = false;
  const skipBlocks = () => {
    for (let size = view[at]; size !== undefined; size = view[at]) {
      at += 1 + size;
      if (size === 0) return;
    }
  };
  while (at < view.length) {
    const kind = view[at];
    if (kind === 0x3b) return { frames: Math.max(1, frames), alpha, trailingBytes: view.length - at - 1 };
    if (kind === 0x2c) {
      frames += 1;
      at += 10 + tableBytes(view[at + 9] ?? 0) + 1;
    } else if (kind === 0x21) {
      if (view[at + 1] === 0xf9 && ((view[at + 3] ?? 0) & 1) === 1) alpha = true;
      at += 2;
    } else break;
    skipBlocks();
  }
  return { frames: Math.max(1, frames), alpha, trailingBytes: 0 };
}

function jpeg(view: Buffer): ImageStructure {
  let frames = 1;
  for (let at = 2; at + 2 <= view.length; ) {
    if (view[at] !== 0xff) {
      // Entropy-coded data: to the next marker.
      at = view.indexOf(0xff, at);
      if (at < 0) break;
      continue;
    }
    const marker = view[at + 1] as number;
    // A stuffed byte, a fill byte, a restart, and others without a length.
    if (marker === 0xff) at += 1;
    else if (marker === 0x00 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    // What follows in an MPO is its other pictures.
    else if (marker === 0xd9) return { frames, alpha: false, trailingBytes: frames > 1 ? 0 : view.length - at - 2 };
    else {
      if (at + 4 > view.length) break;
      const end = at + 2 + view.readUInt16BE(at + 2);
      if (marker === 0xe2) frames = Math.max(frames, mpoImages(view.subarray(at + 4, end)));
      at = end;
    }
  }
  return { frames, alpha: false, trailingBytes: 0 };
}

/** NumberOfImages (tag 0xb001) of the index in an APP2 segment; 1 where it is none. */
function mpoImages(segment: Buffer): number {
  if (segment.length < 16 || segment.toString('latin1', 0, 4) !== 'MPF\0') return 1;
  const tiff = segment.subarray(4);
  const little = tiff.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number) => (at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number) => (at + 4 > tiff.length ? 0 : little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = u32(4);
  for (let entry = 0; entry < Math.min(u16(directory), 64); entry++) {
    const at = directory + 2 + 12 * entry;
    if (u16(at) === 0xb001) return Math.max(1, u32(at + 8));
  }
  return 1;
}

function bmp(view: Buffer): ImageStructure {
  const size = view.readUInt32LE(2);
  // Some writers leave it 0.
  return size < 26 ? PLAIN : { ...PLAIN, trailingBytes: Math.max(0, view.length - size) };
}

function webp(view: Buffer): ImageStructure {
  const end = 8 + view.readUInt32LE(4);
  const isExtended = view.toString('latin1', 12, 16) === 'VP8X';
  const flags = isExtended ? (view[20] ?? 0) : 0;
  const alpha = isExtended ? (flags & 0x10) !== 0 : view.toString('latin1', 12, 16) === 'VP8L' && ((view[24] ?? 0) & 0x10) !== 0;
  let frames = 0;
  for (let at = 12; at + 8 <= Math.min(end, view.length); ) {
    if (view.toString('latin1', at, at + 4) === 'ANMF') frames += 1;
    const size = view.readUInt32LE(at + 4);
    at += 8 + size + (size & 1);
  }
  return { frames: Math.max(1, frames), alpha, trailingBytes: Math.max(0, view.length - end - (end & 1)) };
}
