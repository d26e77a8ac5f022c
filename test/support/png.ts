import { deflateSync } from 'node:zlib';
import { crc32 } from '../../src/formats/zip/crc32.ts';

/** An RGB picture (`pixels`: height × width × 3 bytes) as the PNG specification's simplest file: no filter, one IDAT. */
export function pngOf(width: number, height: number, pixels: Uint8Array): Buffer {
  const row = 3 * width;
  const rows = Array.from({ length: height }, (_, y) => Buffer.concat([Buffer.of(0), pixels.subarray(y * row, (y + 1) * row)]));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunks = [pngChunk('IHDR', header), pngChunk('IDAT', deflateSync(Buffer.concat(rows))), pngChunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

export function pngChunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(data.byteLength + 12);
  bytes.writeUInt32BE(data.byteLength, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.byteLength + 8);
  return bytes;
}
