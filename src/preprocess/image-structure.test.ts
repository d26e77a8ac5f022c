import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packageRoot } from '../core/package-root.ts';
import { imageStructure } from './image-structure.ts';
import { type ImageHeader, sniffImage } from './sniff-image.ts';

const probe = (name: string) => readFileSync(join(packageRoot(), 'python', 'torchlift_worker', 'probes', name));
const PLAIN = { frames: 1, alpha: false, trailingBytes: 0 };
const structureOf = (file: Buffer) => imageStructure(file, sniffImage(file) as ImageHeader);

/** The smallest GIF of so many pictures, 1×1. */
function gifOf(pictures: number, transparent = false): Buffer {
  const head = [...Buffer.from('GIF89a'), 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255];
  const control = [0x21, 0xf9, 4, transparent ? 1 : 0, 0, 0, 0, 0];
  const picture = [...control, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
  return Buffer.from([...head, ...Array.from({ length: pictures }, () => picture).flat(), 0x3b]);
}

/** A PNG's chunks; nothing here looks at their sums. */
function pngOf(colourType: number, ...chunks: readonly (readonly [type: string, data: readonly number[]])[]): Buffer {
  const all = [['IHDR', [0, 0, 0, 1, 0, 0, 0, 1, 8, colourType, 0, 0, 0]] as const, ...chunks, ['IEND', []] as const];
  const parts = all.map(([type, data]) => [0, 0, 0, data.length, ...Buffer.from(type), ...data, 0, 0, 0, 0]);
  return Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...parts.flat()]);
}

function bmpOf(length: number): Buffer {
  const file = Buffer.alloc(length);
  file.write('BM');
  file.writeUInt32LE(58, 2);
  file.set([40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0], 14);
  return file;
}

const mpo = Buffer.from([
  ...[0xff, 0xd8, 0xff, 0xe2, 0, 32, ...Buffer.from('MPF\0MM'), 0, 42, 0, 0, 0, 8, 0, 1],
  ...[0xb0, 0x01, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0xff, 0xd9],
]);

test.each<[string, Buffer, Partial<typeof PLAIN>]>([
  ['a baseline JPEG', probe('cat.jpg'), {}],
  ['a progressive JPEG', probe('boats.jpg'), {}],
  ['a PNG with an alpha channel', probe('flower.png'), { alpha: true }],
  ['a PNG without', pngOf(2), {}],
  ['a PNG with a transparent colour', pngOf(2, ['tRNS', [0, 0, 0, 0, 0, 0]]), { alpha: true }],
  ['an animated PNG', pngOf(2, ['acTL', [0, 0, 0, 7, 0, 0, 0, 0]]), { frames: 7 }],
  ['a GIF', gifOf(1), {}],
  ['an animated GIF with transparency', gifOf(3, true), { frames: 3, alpha: true }],
  ['a BMP', bmpOf(58), {}],
])('%s, and bytes behind it', (_, file, found) => {
  expect(structureOf(file)).toEqual({ ...PLAIN, ...found });
  expect(structureOf(Buffer.concat([file, Buffer.from('<script>')]))).toEqual({ ...PLAIN, ...found, trailingBytes: 8 });
});

test('an MPO says how many pictures it holds: what is behind the first is theirs', () => {
  expect(imageStructure(Buffer.concat([mpo, Buffer.alloc(9)]), { format: 'jpeg' })).toEqual({ ...PLAIN, frames: 2 });
});

test('an end within a thumbnail of the header is none', () => {
  const [start, rest] = [probe('cat.jpg').subarray(0, 2), probe('cat.jpg').subarray(2)];
  const thumbnail = Buffer.from([0xff, 0xe1, 0, 8, 0xff, 0xd8, 0xff, 0xd9, 0, 0]);
  expect(structureOf(Buffer.concat([start, thumbnail, rest]))).toEqual(PLAIN);
});

test('damage and hostile lengths end the reading, in little time', () => {
  const files = [probe('cat.jpg'), probe('flower.png'), gifOf(3), mpo, bmpOf(58)];
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }),
      fc.nat(20_000),
      (file, changes, length) => {
        const damaged = Buffer.from(file.subarray(0, length));
        for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
        const header = sniffImage(damaged);
        if (header === undefined) return;
        const { frames, trailingBytes } = imageStructure(damaged, header);
        expect(frames).toBeGreaterThanOrEqual(1);
        expect(trailingBytes).toBeGreaterThanOrEqual(0);
        expect(trailingBytes).toBeLessThan(damaged.length);
      },
    ),
  );
});
