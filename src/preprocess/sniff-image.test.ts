import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packageRoot } from '../core/package-root.ts';
import { type ImageHeader, sniffImage } from './sniff-image.ts';

const probe = (name: string) => readFileSync(join(packageRoot(), 'python', 'torchlift_worker', 'probes', name));
const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));

const le16 = (value: number) => [value & 255, value >> 8];
const webp = (kind: string, ...content: readonly number[]) => bytes('RIFF', [0, 0, 0, 0], 'WEBP', kind, [0, 0, 0, 0], content, new Array(20).fill(0));
const FRAME = [0xff, 0xc0, 0, 17, 8, 0, 20, 0, 30];

const paletteBmp = (red: (colour: number) => number) =>
  bytes(
    'BM',
    new Array(12).fill(0),
    [40, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 1, 0, 8, 0, ...new Array(24).fill(0)],
    Array.from({ length: 256 }, (_, colour) => [colour, colour, red(colour), 0]).flat(),
  );

const headers: readonly (readonly [name: string, file: Buffer, header: ImageHeader | undefined])[] = [
  ['a baseline JPEG', probe('cat.jpg'), expect.objectContaining({ format: 'jpeg' })],
  ['a progressive JPEG', probe('boats.jpg'), expect.objectContaining({ format: 'jpeg' })],
  ['a PNG', probe('flower.png'), expect.objectContaining({ format: 'png' })],
  ['a JPEG with fill bytes and a restart marker', bytes([0xff, 0xd8, 0xff, 0xff, 0xff, 0xd0], FRAME), { format: 'jpeg', width: 30, height: 20 }],
  ['tables before the frame', bytes([0xff, 0xd8, 0xff, 0xc4, 0, 4, 1, 2], FRAME), { format: 'jpeg', width: 30, height: 20 }],
  ['a scan before the frame', bytes([0xff, 0xd8, 0xff, 0xda, 0, 2], FRAME), undefined],
  ['no marker where one belongs', bytes([0xff, 0xd8, 0x12], FRAME), undefined],
  ['a GIF', bytes('GIF89a', le16(300), le16(2), [0, 0, 0]), { format: 'gif', width: 300, height: 2 }],
  ['an old GIF', bytes('GIF87a', le16(1), le16(2), [0, 0, 0]), { format: 'gif', width: 1, height: 2 }],
  ['another GIF', bytes('GIF88a', le16(1), le16(2), [0, 0, 0]), undefined],
  [
    'a BMP from the top',
    bytes('BM', new Array(12).fill(0), [40, 0, 0, 0, 5, 0, 0, 0, 0xfc, 255, 255, 255, 1, 0, 24, 0]),
    { format: 'bmp', width: 5, height: 4 },
  ],
  ["OS/2's BMP", bytes('BM', new Array(12).fill(0), [12, 0, 0, 0, 5, 0, 4, 0, 1, 0, 24, 0]), { format: 'bmp', width: 5, height: 4 }],
  ['a BMP with a palette', paletteBmp((colour) => colour % 7), { format: 'bmp', width: 5, height: 4, hasPalette: true }],
  ['a BMP with a palette of greys in their order', paletteBmp((colour) => colour), { format: 'bmp', width: 5, height: 4 }],
  ['lossy WebP', webp('VP8 ', 0, 0, 0, 0x9d, 1, 0x2a, 200, 0x40, 100, 0x80), { format: 'webp', width: 200, height: 100 }],
  ['lossless WebP', webp('VP8L', 0x2f, 99, 0xc0, 0x0c, 0), { format: 'webp', width: 100, height: 52 }],
  ['extended WebP', webp('VP8X', 0, 0, 0, 0, 1, 1, 0, 2, 0, 1), { format: 'webp', width: 258, height: 65539 }],
  ['WebP of another kind', webp('ALPH'), undefined],
  ['text', bytes('<html>'), undefined],
  ['nothing', bytes(), undefined],
];

test.each(headers)('%s', (_, file, header) => {
  expect(sniffImage(file)).toEqual(header);
});

test("the probe images' own sizes", () => {
  const sizes = ['cat.jpg', 'boats.jpg', 'flower.png'].map((name) => sniffImage(probe(name)));
  // As Pillow reads them.
  expect(sizes.map((header) => [header?.width, header?.height])).toEqual([
    [249, 187],
    [181, 223],
    [133, 97],
  ]);
});

test('cut at any byte it is either known or not, and nothing is thrown', () => {
  for (const [, file, header] of headers) {
    const found = Array.from({ length: Math.min(file.length, 3000) }, (_, length) => sniffImage(file.subarray(0, length)));
    for (const each of found) if (each !== undefined) expect(each).toEqual(header);
  }
});

test('garbled bytes throw nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...headers), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }), ([, file], changes) => {
      const garbled = Uint8Array.from(file);
      for (const [at, value] of changes) if (at < garbled.length) garbled[at] = value;
      const header = sniffImage(garbled);
      expect(header === undefined || (Number.isInteger(header.width) && Number.isInteger(header.height) && header.width >= 0)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
