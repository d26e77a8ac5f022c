import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ByteSource, byteSourceOf } from './byte-source.ts';
import { openByteSource } from './open-byte-source.ts';

const content = Uint8Array.from({ length: 100 }, (_, index) => index);
let folder: string;
let path: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'torchlift-'));
  path = join(folder, 'data.bin');
  writeFileSync(path, content);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.each<[string, () => ByteSource]>([
  ['in memory', () => byteSourceOf('data.bin', content)],
  ['on disk', () => openByteSource(path)],
])('a source %s', (_, open) => {
  it('reads by position', () => {
    const source = open();
    expect(source).toMatchObject({ name: 'data.bin', sizeBytes: 100 });
    expect([...source.read(98, 2)]).toEqual([98, 99]);
    expect([...source.read(0, 3)]).toEqual([0, 1, 2]);
    expect(source.read(100, 0)).toHaveLength(0);
    source.close();
    source.close();
  });

  it.each([
    [99, 2],
    [101, 0],
    [-1, 1],
    [0, -1],
    [0, 2 ** 60],
    [2 ** 60, 1],
    [0.5, 1],
    [0, Number.NaN],
  ])('refuses %d + %d', (offset, length) => {
    const source = open();
    expect(() => source.read(offset, length)).toThrow(expect.objectContaining({ code: 'malformed-file' }));
    source.close();
  });
});

describe('openByteSource', () => {
  it('says what is missing, and what is no file', () => {
    expect(() => openByteSource(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'file-not-found' }));
    expect(() => openByteSource(join(path, 'below'))).toThrow(expect.objectContaining({ code: 'file-not-found' }));
    expect(() => openByteSource(folder)).toThrow(expect.objectContaining({ code: 'not-a-model' }));
    expect(() => openByteSource('/dev/zero')).toThrow(expect.objectContaining({ code: 'not-a-model' }));
  });

  it('says when a file shrinks while it is read', () => {
    const shrinking = join(folder, 'shrinking.bin');
    writeFileSync(shrinking, content);
    const source = openByteSource(shrinking);
    truncateSync(shrinking, 50);
    expect(() => source.read(40, 20)).toThrow(
      expect.objectContaining({ code: 'malformed-file', message: expect.stringContaining('ended at byte 50') }),
    );
    source.close();
  });

  it("gives bytes that typed arrays can view and that aren't Node's pool", () => {
    const source = openByteSource(path);
    const bytes = source.read(1, 16);
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer.byteLength).toBe(16);
    source.close();
  });
});
