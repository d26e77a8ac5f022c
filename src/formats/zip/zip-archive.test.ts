import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TorchliftError } from '../../core/errors.ts';
import { byteSourceOf } from '../files/byte-source.ts';
import { MemorySink } from '../files/memory-sink.ts';
import { mutations, truncations } from '../files/testing/damage.ts';
import { crc32 } from './crc32.ts';
import { type EntryHeader, encodeCentralHeader, encodeEnd, encodeLocalHeader } from './headers.ts';
import { ZipArchive, type ZipLimits } from './zip-archive.ts';

const open = (bytes: Uint8Array, limits?: ZipLimits) => new ZipArchive(byteSourceOf('x.zip', bytes), limits);
const failsWith = (code: string, message: string) => expect.objectContaining({ code, message: expect.stringContaining(message) });

interface Part {
  name: string;
  content: Uint8Array;
  deflated?: Uint8Array;
  /** What the central directory says instead. */
  central?: Partial<EntryHeader>;
}

/** An archive from parts, by the writer's own headers, so that a test states only what is wrong with it. */
function build(parts: readonly Part[], { before = 0, gap = 0, comment = '' } = {}): Buffer {
  const sink = new MemorySink();
  sink.write(new Uint8Array(before));
  const directory: Uint8Array[] = [];
  for (const { name, content, deflated, central } of parts) {
    const data = deflated ?? content;
    const entry = { name, crc32: crc32(content), sizeBytes: data.byteLength, offset: sink.position };
    const header = Buffer.from(encodeLocalHeader(entry));
    const listed = Buffer.from(encodeCentralHeader({ ...entry, ...central }));
    if (deflated !== undefined) {
      header.writeUInt16LE(8, 8);
      header.writeUInt32LE(content.byteLength, 22);
      listed.writeUInt16LE(8, 10);
      listed.writeUInt32LE(content.byteLength, 24);
    }
    sink.write(header);
    sink.write(data);
    sink.write(new Uint8Array(gap));
    directory.push(listed);
  }
  const start = sink.position;
  for (const listed of directory) sink.write(listed);
  const end = Buffer.from(encodeEnd(parts.length, start, sink.position - start));
  end.writeUInt16LE(comment.length, end.byteLength - 2);
  sink.write(Buffer.concat([end, Buffer.from(comment, 'latin1')]));
  return Buffer.from(sink.bytes());
}

const text = (value: string) => Buffer.from(value);
const two: Part[] = [
  { name: 'a', content: text('first') },
  { name: 'b', content: text('second') },
];

describe('ZipArchive reads', () => {
  it('stored and deflated entries', () => {
    const long = text('deflate '.repeat(1000));
    const archive = open(build([...two, { name: 'c/d', content: long, deflated: deflateRawSync(long) }], { comment: 'a comment' }));
    expect(archive.entries.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['a', 5],
      ['b', 6],
      ['c/d', 8000],
    ]);
    expect(archive.entries.map((entry) => Buffer.from(archive.read(entry)).toString())).toEqual(['first', 'second', long.toString()]);
    expect(archive.unlistedBytes).toBe(0);
  });

  it('an empty archive', () => expect(open(build([])).entries).toEqual([]));

  it('counts bytes between entries that nobody owns', () => expect(open(build(two, { gap: 3 })).unlistedBytes).toBe(6));

  // A record as PyTorch writes it: flags 0x0808, zeros in the local header, a data descriptor with a signature behind the data.
  it("PyTorch's data descriptors, and checks them", () => {
    const content = text('v3\n');
    const bytes = (size: number) => {
      const header = Buffer.from(encodeLocalHeader({ name: 'version', crc32: 0, sizeBytes: 0, offset: 0 }));
      header.writeUInt16LE(0x0808, 6);
      const descriptor = Buffer.alloc(16);
      descriptor.writeUInt32LE(0x08074b50, 0);
      descriptor.writeUInt32LE(crc32(content), 4);
      descriptor.writeUInt32LE(size, 8);
      descriptor.writeUInt32LE(size, 12);
      const listed = Buffer.from(encodeCentralHeader({ name: 'version', crc32: crc32(content), sizeBytes: 3, offset: 0 }));
      listed.writeUInt16LE(0x0808, 8);
      const start = header.byteLength + content.byteLength + descriptor.byteLength;
      return Buffer.concat([header, content, descriptor, listed, encodeEnd(1, start, listed.byteLength)]);
    };
    const archive = open(bytes(3));
    expect(archive.unlistedBytes).toBe(0);
    expect(archive.entries.map((entry) => Buffer.from(archive.read(entry)).toString())).toEqual(['v3\n']);
    expect(() => open(bytes(4))).toThrow(failsWith('malformed-file', 'descriptor'));
  });
});

describe('ZipArchive refuses', () => {
  it.each<[string, Buffer, string]>([
    ['what is no archive', Buffer.from('not a zip archive, but long enough to be one'), 'no end of a central directory'],
    ['an empty file', Buffer.alloc(0), 'no end of a central directory'],
    ['two entries of one name', build([two[0] as Part, { name: 'a', content: text('other') }]), 'two entries of this name'],
    ['a path that leads out', build([{ name: '../a', content: text('x') }]), 'leads out of its folder'],
    ['an absolute path', build([{ name: '/etc/a', content: text('x') }]), 'absolute'],
    ['a backslash', build([{ name: 'a\\b', content: text('x') }]), 'backslash'],
    ['a control character', build([{ name: 'a\0.txt', content: text('x') }]), 'control characters'],
    ['bytes in front', build(two, { before: 9 }), '9 bytes stand before the first entry'],
    ['bytes behind', Buffer.concat([build(two), Buffer.from('more')]), 'no end of a central directory'],
    ['an end record hidden in the comment', build(two, { comment: Buffer.from(encodeEnd(0, 0, 0)).toString('latin1') }), 'two end records'],
    ['another name in the local header', build([{ ...two[0], central: { name: 'z' } } as Part]), 'gives another name'],
    ['another checksum in the local header', build([{ ...two[0], central: { crc32: 1 } } as Part]), 'another size or checksum'],
    ['another size in the local header', build([{ ...two[0], central: { sizeBytes: 4 } } as Part]), 'another size or checksum'],
    ['an offset past the entries', build([{ ...two[0], central: { offset: 1e6 } } as Part]), 'past the entries'],
    ['a size past the entries', build([{ ...two[0], central: { sizeBytes: 1e6 } } as Part]), 'past the entries'],
    ['a huge ZIP64 size', build([{ ...two[0], central: { sizeBytes: 2 ** 52 } } as Part]), 'past the entries'],
    ['no local header at its place', build([{ ...two[0], central: { offset: 1 } } as Part]), 'no local header'],
  ])('%s', (_, bytes, message) => {
    expect(() => open(bytes)).toThrow(failsWith('malformed-file', message));
  });

  it('an entry inside another', () => {
    const inner = Buffer.concat([encodeLocalHeader({ name: 'b', crc32: crc32(text('x')), sizeBytes: 1, offset: 32 }), text('x')]);
    const outer: EntryHeader = { name: 'a', crc32: crc32(inner), sizeBytes: inner.byteLength, offset: 0 };
    const start = 31 + inner.byteLength;
    const directory = [encodeCentralHeader(outer), encodeCentralHeader({ name: 'b', crc32: crc32(text('x')), sizeBytes: 1, offset: 31 })];
    const length = directory.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const bytes = Buffer.concat([encodeLocalHeader(outer), inner, ...directory, encodeEnd(2, start, length)]);
    expect(() => open(bytes)).toThrow(failsWith('malformed-file', 'overlaps'));
  });

  it('encrypted entries', () => {
    const bytes = build([two[0] as Part]);
    bytes.writeUInt16LE(1, 6);
    bytes.writeUInt16LE(1, bytes.indexOf('PK\x01\x02') + 8);
    expect(() => open(bytes)).toThrow(failsWith('malformed-file', 'encrypted'));
  });

  it('another end than its ZIP64 record, and a locator without record', () => {
    const bytes = Buffer.from(encodeEnd(65_535, 0, 0));
    bytes.writeUInt16LE(7, bytes.byteLength - 14);
    bytes.writeUInt16LE(7, bytes.byteLength - 12);
    expect(() => open(bytes)).toThrow(failsWith('malformed-file', 'differ'));
    bytes[0] = 0;
    expect(() => open(bytes)).toThrow(failsWith('malformed-file', 'no matching ZIP64 end record'));
  });

  it('more entries than any model has', () => {
    expect(() => open(encodeEnd(100_001, 0, 0))).toThrow(failsWith('limit-exceeded', '100001 entries'));
  });

  it('content that has another checksum', () => {
    const bytes = build(two);
    bytes[bytes.indexOf('first')] = 0x46;
    const archive = open(bytes);
    expect(() => archive.entries.map((entry) => archive.read(entry))).toThrow(failsWith('malformed-file', 'checksum'));
  });
});

describe('ZipArchive unfolds no bombs', () => {
  const content = Buffer.alloc(1 << 20);
  const deflated = deflateRawSync(content);

  it('a ratio that deflate cannot have', () => {
    const bytes = build([{ name: 'a', content: Buffer.alloc(4000), deflated: Buffer.alloc(3) }]);
    expect(() => open(bytes)).toThrow(failsWith('malformed-file', 'more than deflate can'));
  });

  it('more than the limit over all entries', () => {
    const archive = open(build(['a', 'b', 'c'].map((name) => ({ name, content, deflated }))), { maxInflatedBytes: 2 << 20 });
    const [a, b, c] = archive.entries;
    for (const entry of [a, b]) expect(entry && archive.read(entry)).toHaveLength(1 << 20);
    expect(() => c && archive.read(c)).toThrow(failsWith('limit-exceeded', 'left of the limit'));
  });

  it.each([
    ['less than it holds', -1],
    ['more than it holds', 1],
  ])('a declared size of %s', (_, difference) => {
    const declared = Buffer.alloc(content.byteLength + difference);
    const archive = open(build([{ name: 'a', content: declared, deflated }]));
    expect(() => archive.entries.map((entry) => archive.read(entry))).toThrow(failsWith('malformed-file', 'unfold'));
  });

  it('deflated data with a tail, and damaged data', () => {
    for (const data of [Buffer.concat([deflated, Buffer.from('tail')]), deflated.subarray(0, -3), Buffer.alloc(2000, 0xff)]) {
      const archive = open(build([{ name: 'a', content, deflated: data }]));
      expect(() => archive.entries.map((entry) => archive.read(entry))).toThrow(expect.objectContaining({ code: 'malformed-file' }));
    }
  });

  it('another compression', () => {
    const bytes = build([two[0] as Part]);
    bytes.writeUInt16LE(93, 8);
    bytes.writeUInt16LE(93, bytes.indexOf('PK\x01\x02') + 10);
    const archive = open(bytes);
    expect(() => archive.entries.map((entry) => archive.read(entry))).toThrow(failsWith('unsupported', 'method 93'));
  });
});

describe('ZipArchive, damaged', () => {
  const long = text('deflate '.repeat(20));
  const sound = build([...two, { name: 'c/d', content: long, deflated: deflateRawSync(long) }]);
  const readAll = (bytes: Uint8Array) => {
    const archive = open(bytes);
    return archive.entries.map((entry) => Buffer.from(archive.read(entry)).toString());
  };

  it('refuses every proper prefix', () => {
    for (const bytes of truncations(sound)) expect(() => readAll(bytes)).toThrow(TorchliftError);
  });

  it('gives the same content or an error under mutation', () => {
    const expected = readAll(sound);
    let refused = 0;
    for (const bytes of mutations(sound, 3000)) {
      try {
        expect(readAll(bytes)).toEqual(expected);
      } catch (error) {
        if (!(error instanceof TorchliftError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1500);
  });
});
