import { describe, expect, it } from 'vitest';
import { encodeCentralHeader, encodeEnd, encodeLocalHeader } from './headers.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const joined = (...parts: string[]) => parts.join('').replaceAll(' ', '');

// Field by field from APPNOTE.TXT 6.3.10; every number little-endian.
describe('local header (4.3.7)', () => {
  it('of a small entry', () => {
    const header = encodeLocalHeader({ name: 'ab', crc32: 0x11223344, sizeBytes: 5, offset: 0 });
    expect(hex(header)).toBe(joined('504b0304', '1400', '0000', '0000', '0000', '2100', '44332211', '05000000', '05000000', '0200', '0000', '6162'));
  });

  it('of an entry of 4 GiB: ZIP64 field with both sizes', () => {
    const header = encodeLocalHeader({ name: 'ab', crc32: 0, sizeBytes: 2 ** 32, offset: 7 });
    const zip64 = joined('0100', '1000', '0000000001000000', '0000000001000000');
    expect(hex(header)).toBe(
      joined('504b0304', '2d00', '0000', '0000', '0000', '2100', '00000000', 'ffffffff', 'ffffffff', '0200', '1400', '6162', zip64),
    );
  });

  it('uses ZIP64 from 0xffffffff on, since that value marks it', () => {
    expect(encodeLocalHeader({ name: 'a', crc32: 0, sizeBytes: 0xffff_fffe, offset: 0 })).toHaveLength(31);
    expect(encodeLocalHeader({ name: 'a', crc32: 0, sizeBytes: 0xffff_ffff, offset: 0 })).toHaveLength(51);
  });

  it('pads with an FB field of Z, as PyTorch does', () => {
    const header = encodeLocalHeader({ name: 'ab', crc32: 0, sizeBytes: 1, offset: 20 }, 64);
    expect(hex(header.subarray(28))).toBe(joined('0c00', '6162', '4642', '0800', '5a'.repeat(8)));
  });

  it.each([0, 1, 27, 28, 29, 63, 64, 5e9])('aligns the data of an entry at %d', (offset) => {
    for (const sizeBytes of [1, 5e9]) expect((offset + encodeLocalHeader({ name: 'x/y', crc32: 0, sizeBytes, offset }, 64).byteLength) % 64).toBe(0);
  });

  it('says when a name is UTF-8', () => {
    expect(hex(encodeLocalHeader({ name: 'é', crc32: 0, sizeBytes: 0, offset: 0 }).subarray(6, 8))).toBe('0008');
  });
});

describe('central header (4.3.12)', () => {
  const small = { name: 'ab', crc32: 0x11223344, sizeBytes: 5, offset: 6 };
  const fixed = (version: string, size: string, extra: string, offset: string) =>
    joined(
      '504b0102',
      version,
      version,
      '0000',
      '0000',
      '0000',
      '2100',
      '44332211',
      size,
      size,
      '0200',
      extra,
      '0000',
      '0000',
      '0000 00000000',
      offset,
      '6162',
    );

  it('of a small entry', () => expect(hex(encodeCentralHeader(small))).toBe(fixed('1400', '05000000', '0000', '06000000')));

  it('carries only the offset in ZIP64 where only it is large', () => {
    const header = encodeCentralHeader({ ...small, offset: 0x1_2345_6789 });
    expect(hex(header)).toBe(fixed('2d00', '05000000', '0c00', 'ffffffff') + joined('0100', '0800', '8967452301000000'));
  });

  it('carries sizes, then the offset, where all are large', () => {
    const header = encodeCentralHeader({ ...small, sizeBytes: 2 ** 32 + 1, offset: 2 ** 33 });
    const zip64 = joined('0100', '1800', '0100000001000000', '0100000001000000', '0000000002000000');
    expect(hex(header)).toBe(fixed('2d00', 'ffffffff', '1c00', 'ffffffff') + zip64);
  });
});

describe('end of the archive (4.3.14 to 4.3.16)', () => {
  it('without ZIP64', () => {
    expect(hex(encodeEnd(2, 0x100, 0x60))).toBe(joined('504b0506', '0000', '0000', '0200', '0200', '60000000', '00010000', '0000'));
  });

  it.each([
    { what: '65,535 entries', count: 65_535, offset: 100, size: 50, short: 'ffff ffff 32000000 64000000' },
    { what: 'a directory past 4 GB', count: 1, offset: 2 ** 32, size: 50, short: '0100 0100 32000000 ffffffff' },
    { what: 'a directory of 4 GB', count: 1, offset: 100, size: 0xffff_ffff, short: '0100 0100 ffffffff 64000000' },
  ])('with ZIP64 for $what', ({ count, offset, size, short }) => {
    const wide = (value: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(value));
      return bytes.toString('hex');
    };
    expect(hex(encodeEnd(count, offset, size))).toBe(
      joined('504b0606', wide(44), '2d00', '2d00', '00000000', '00000000', wide(count), wide(count), wide(size), wide(offset)) +
        joined('504b0607', '00000000', wide(offset + size), '01000000') +
        joined('504b0506', '0000', '0000', short, '0000'),
    );
  });

  it('needs no ZIP64 for 65,534 entries', () => expect(encodeEnd(65_534, 1, 1)).toHaveLength(22));
});
