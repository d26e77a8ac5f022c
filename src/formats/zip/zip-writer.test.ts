import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { byteSourceOf } from '../files/byte-source.ts';
import { MemorySink } from '../files/memory-sink.ts';
import { SparseFile } from '../files/testing/sparse-file.ts';
import { crc32 } from './crc32.ts';
import { type EntryHeader, encodeCentralHeader, encodeEnd, encodeLocalHeader } from './headers.ts';
import { ZipArchive } from './zip-archive.ts';
import { ZipWriter } from './zip-writer.ts';

const CONTENTS: readonly (readonly [string, Uint8Array, number?])[] = [
  ['m/data.pkl', Buffer.from('pickle')],
  ['m/data/0', Uint8Array.from({ length: 1000 }, (_, index) => index % 251), 64],
  ['m/é', new Uint8Array(0)],
  ['m/data/1', Uint8Array.of(1), 64],
];

function writeAll(sink = new MemorySink()): MemorySink {
  const zip = new ZipWriter(sink);
  for (const [name, data, alignment] of CONTENTS) zip.add(name, data, alignment === undefined ? {} : { alignment });
  zip.finish();
  return sink;
}

describe('ZipWriter', () => {
  it('is read by yauzl, names, sizes, checksums and content', async () => {
    const zip = await yauzl.fromBufferPromise(Buffer.from(writeAll().bytes()), { strictFileNames: true });
    const read: [string, Buffer][] = [];
    for await (const entry of zip.eachEntry()) {
      const chunks: Buffer[] = [];
      for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      expect(entry.compressionMethod).toBe(0);
      expect(entry.crc32).toBe(crc32(Buffer.concat(chunks)));
      read.push([entry.fileName, Buffer.concat(chunks)]);
    }
    expect(read).toEqual(CONTENTS.map(([name, data]) => [name, Buffer.from(data)]));
  });

  it('aligns data where asked', () => {
    const archive = new ZipArchive(byteSourceOf('m.zip', writeAll().bytes()));
    for (const [name, , alignment] of CONTENTS) {
      if (alignment !== undefined) expect((archive.get(name)?.dataOffset ?? 1) % alignment).toBe(0);
    }
  });

  it('gives the same bytes again, wherever the sink stands', () => {
    const sink = new MemorySink();
    sink.write(Uint8Array.of(1, 2, 3));
    writeAll(sink);
    expect(Buffer.compare(sink.bytes().subarray(3), writeAll().bytes())).toBe(0);
  });

  it('refuses a name twice, and names that lead elsewhere', () => {
    const zip = new ZipWriter(new MemorySink());
    zip.add('a', new Uint8Array(1));
    expect(() => zip.add('a', new Uint8Array(1))).toThrow('written twice');
    for (const name of ['', '/a', '../a', 'a/../b', 'a\\b', 'a//b', 'c:x', 'a\0'])
      expect(() => zip.add(name, new Uint8Array(1)), name).toThrow('entry name');
  });

  it('writes more than 65,535 entries with ZIP64', async () => {
    const sink = new MemorySink();
    const zip = new ZipWriter(sink);
    for (let index = 0; index < 65_540; index++) zip.add(String(index), new Uint8Array(0));
    zip.finish();
    const bytes = sink.bytes();
    expect(new ZipArchive(byteSourceOf('many.zip', bytes)).entries).toHaveLength(65_540);
    expect((await yauzl.fromBufferPromise(Buffer.from(bytes))).entryCount).toBe(65_540);
  });
});

describe('an archive past 4 GB', () => {
  class SparseReader extends yauzl.RandomAccessReader {
    readonly #file: SparseFile;
    constructor(file: SparseFile) {
      super();
      this.#file = file;
    }
    override _readStreamForRange(start: number, end: number): Readable {
      return Readable.from([Buffer.from(this.#file.read(start, end - start))]);
    }
  }

  it('is read by our reader and by yauzl', async () => {
    const file = new SparseFile();
    const entries: EntryHeader[] = [];
    const last = Buffer.from('the last');
    for (const [name, sizeBytes] of [
      ['m/data/0', 5e9],
      ['m/data/1', 100],
      ['m/version', last.byteLength],
    ] as const) {
      const entry = { name, sizeBytes, crc32: name === 'm/version' ? crc32(last) : 0, offset: file.position };
      entries.push(entry);
      file.write(encodeLocalHeader(entry, 64));
      if (name === 'm/version') file.write(last);
      else file.skip(sizeBytes);
    }
    const directory = file.position;
    for (const entry of entries) file.write(encodeCentralHeader(entry));
    file.write(encodeEnd(entries.length, directory, file.position - directory));

    const archive = new ZipArchive(file);
    expect(archive.entries.map(({ name, sizeBytes, headerOffset }) => ({ name, sizeBytes, offset: headerOffset }))).toEqual(
      entries.map(({ name, sizeBytes, offset }) => ({ name, sizeBytes, offset })),
    );
    const version = archive.get('m/version');
    expect(version && Buffer.from(archive.read(version)).toString()).toBe('the last');

    const zip = await yauzl.fromRandomAccessReaderPromise(new SparseReader(file), file.sizeBytes);
    const listed = [];
    for await (const entry of zip.eachEntry()) listed.push([entry.fileName, entry.uncompressedSize, entry.relativeOffsetOfLocalHeader]);
    expect(listed).toEqual(entries.map(({ name, sizeBytes, offset }) => [name, sizeBytes, offset]));
  });
});
