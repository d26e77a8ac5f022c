export interface BmpOptions {
  /** Bits of a pixel. */
  readonly bits: number;
  /** Colours of four bytes: blue, green, red, 0. */
  readonly table?: Uint8Array;
  /** Rows from the bottom up, each padded to four bytes; where omitted the file ends before them. */
  readonly pixels?: Uint8Array;
}

/** A file with a BITMAPINFOHEADER, which says what it is told, whatever follows. */
export function bmpOf(width: number, height: number, { bits, table = new Uint8Array(), pixels = new Uint8Array() }: BmpOptions): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(header.length + table.length + pixels.length, 2);
  header.writeUInt32LE(header.length + table.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  return Buffer.concat([header, table, pixels]);
}
