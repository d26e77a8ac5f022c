/** What an image's header says, before any decoder sees the file. */
export interface ImageHeader {
  readonly format: 'jpeg' | 'png' | 'gif' | 'bmp' | 'webp';
  /** Pixels, as stored: EXIF orientation isn't applied. */
  readonly width: number;
  readonly height: number;
  /** Its bytes are positions in a table of colours, other ones than the greys by their number. Told of BMP alone. */
  readonly hasPalette?: true;
}

/**
 * Format and size by content, whatever the file is called; undefined where it is none of these formats or its header is cut short. Sources: ISO
 * 10918-1 B.2.2 (SOF), PNG 11.2.2 (IHDR), GIF89a 18, BITMAPCOREHEADER and BITMAPINFOHEADER, RFC 9649 (WebP).
 */
export function sniffImage(bytes: Uint8Array): ImageHeader | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length >= 24 && view.toString('latin1', 0, 8) === '\u0089PNG\r\n\u001a\n')
    return { format: 'png', width: view.readUInt32BE(16), height: view.readUInt32BE(20) };
  if (view.length >= 10 && /^GIF8[79]a/.test(view.toString('latin1', 0, 6)))
    return { format: 'gif', width: view.readUInt16LE(6), height: view.readUInt16LE(8) };
  if (view.length >= 26 && view.toString('latin1', 0, 2) === 'BM') return sniffBmp(view);
  if (view.length >= 30 && view.toString('latin1', 0, 4) === 'RIFF' && view.toString('latin1', 8, 12) === 'WEBP') return sniffWebp(view);
  return view.length >= 4 && view.readUInt16BE(0) === 0xffd8 ? sniffJpeg(view) : undefined;
}

/** A height below zero: the rows stand from the top. A header of 12 bytes is OS/2's. */
function sniffBmp(view: Buffer): ImageHeader | undefined {
  const isShort = view.readUInt32LE(14) === 12;
  const [width, height] = isShort ? [view.readUInt16LE(18), view.readUInt16LE(20)] : [view.readInt32LE(18), Math.abs(view.readInt32LE(22))];
  const table = width < 0 || (!isShort && view.length < 30) ? undefined : bmpColours(view, isShort);
  return table && { format: 'bmp', width, height, ...(!table.every(isGreyOfItsPlace) && { hasPalette: true }) };
}

/** The table behind the header, colours of four bytes, in the short form of three: blue, green, red. Undefined where it is cut short. */
function bmpColours(view: Buffer, isShort: boolean): readonly Buffer[] | undefined {
  const bits = view.readUInt16LE(isShort ? 24 : 28);
  if (bits === 0 || bits > 8) return [];
  const [start, size] = [14 + view.readUInt32LE(14), isShort ? 3 : 4];
  if (start + (size << bits) > view.length) return undefined;
  return Array.from({ length: 1 << bits }, (_, colour) => view.subarray(start + colour * size, start + colour * size + 3));
}

function isGreyOfItsPlace(colour: Buffer, place: number): boolean {
  return colour.every((channel) => channel === place);
}

/** Start-of-frame markers: C0 to CF but for DHT (C4), JPG (C8) and DAC (CC). */
function sniffJpeg(view: Buffer): ImageHeader | undefined {
  for (let at = 2; at + 9 <= view.length; ) {
    if (view[at] !== 0xff) return undefined;
    const marker = view[at + 1] as number;
    // Fill bytes, and markers without a length.
    if (marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += marker === 0xff ? 1 : 2;
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return { format: 'jpeg', height: view.readUInt16BE(at + 5), width: view.readUInt16BE(at + 7) };
    else if (marker === 0xd9 || marker === 0xda) return undefined;
    else at += 2 + view.readUInt16BE(at + 2);
  }
  return undefined;
}

function sniffWebp(view: Buffer): ImageHeader | undefined {
  switch (view.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { format: 'webp', width: 1 + view.readUIntLE(24, 3), height: 1 + view.readUIntLE(27, 3) };
    case 'VP8L': {
      const bits = view.readUInt32LE(21);
      return { format: 'webp', width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case 'VP8 ':
      return { format: 'webp', width: view.readUInt16LE(26) & 0x3fff, height: view.readUInt16LE(28) & 0x3fff };
    default:
      return undefined;
  }
}
