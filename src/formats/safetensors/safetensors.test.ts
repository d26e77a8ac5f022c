import { describe, expect, it } from 'vitest';
import type { DType } from '../../core/dtypes.ts';
import { TorchliftError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/tensor-source.ts';
import { byteSourceOf } from '../files/byte-source.ts';
import { MemorySink } from '../files/memory-sink.ts';
import { mutations, truncations } from '../files/testing/damage.ts';
import { readSafetensorsHeader } from './read-header.ts';
import { readSafetensors } from './read-safetensors.ts';
import { writeSafetensors } from './write-safetensors.ts';

function tensor(dtype: DType, shape: readonly number[], bytes: ArrayLike<number>): TensorSource {
  return { dtype, shape, place: 'test', read: () => Uint8Array.from(bytes) };
}

function write(tensors: readonly (readonly [string, TensorSource])[], metadata?: Record<string, string>): Uint8Array {
  const sink = new MemorySink();
  writeSafetensors(sink, tensors, metadata);
  return sink.bytes();
}

/** A file with this header, word for word, and so many bytes of data. */
function file(header: string | Uint8Array, dataBytes = 0): Uint8Array {
  const json = typeof header === 'string' ? Buffer.from(header) : header;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

const read = (bytes: Uint8Array) => readSafetensors(byteSourceOf('x.safetensors', bytes));
const refusal = (code: string, message: string) => expect.objectContaining({ code, message: expect.stringContaining(message) });
const f32 = (begin: number, end: number, shape = '[1]') => `{"dtype":"F32","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe('writeSafetensors', () => {
  it('writes these bytes', () => {
    const bytes = write([['w', tensor('uint8', [2], [7, 8])]]);
    const json = '{"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}   ';
    expect(Buffer.from(bytes).toString('latin1')).toBe(`8\0\0\0\0\0\0\0${json}\x07\x08`);
  });

  it('gives back every dtype, name and order, wide elements first and aligned', () => {
    const given: [string, TensorSource][] = [
      ['bool', tensor('bool', [3], [1, 0, 1])],
      ['half', tensor('float16', [1], [0, 60])],
      ['7', tensor('float32', [1, 1], [0, 0, 128, 63])],
      ['a "quoted"\nname', tensor('float32', [], [1, 2, 3, 4])],
      ['brain', tensor('bfloat16', [1], [128, 63])],
      ['__proto__', tensor('int64', [1], [1, 0, 0, 0, 0, 0, 0, 0])],
      ['empty', tensor('float64', [0, 3], [])],
      ['wide', tensor('uint64', [1], [1, 0, 0, 0, 0, 0, 0, 0])],
    ];
    const bytes = write(given, { format: 'pt' });
    const source = byteSourceOf('x', bytes);
    const { entries, metadata } = readSafetensorsHeader(source);
    expect(metadata).toEqual({ format: 'pt' });
    expect(entries.map(({ name }) => name)).toEqual(['__proto__', 'empty', 'wide', '7', 'a "quoted"\nname', 'half', 'brain', 'bool']);
    const tensors = readSafetensors(source);
    const bytesOf = { float64: 8, float32: 4, float16: 2, bfloat16: 2, int64: 8, uint64: 8, bool: 1 } as Record<string, number>;
    for (const [name, { dtype, shape, read }] of given) {
      expect(tensors.get(name)).toMatchObject({ dtype, shape });
      expect(Buffer.from(tensors.get(name)?.read() ?? [])).toEqual(Buffer.from(read()));
      expect((entries.find((entry) => entry.name === name)?.offset ?? 0.5) % (bytesOf[dtype] ?? 0)).toBe(0);
    }
  });

  it('writes a file without tensors', () => expect(read(write([])).size).toBe(0));

  it('reads each tensor once, when its turn comes', () => {
    const events: string[] = [];
    const sink = new MemorySink();
    const source = (name: string): [string, TensorSource] => [
      name,
      {
        dtype: 'uint8',
        shape: [1],
        place: '',
        read() {
          events.push(`${name} after ${sink.position} bytes`);
          return new Uint8Array(1);
        },
      },
    ];
    writeSafetensors(sink, [source('a'), source('b')]);
    const start = sink.position - 2;
    expect(events).toEqual([`a after ${start} bytes`, `b after ${start + 1} bytes`]);
  });

  it('refuses names twice, and a source that gives another size', () => {
    const one = tensor('uint8', [1], [1]);
    expect(() =>
      write([
        ['a', one],
        ['a', one],
      ]),
    ).toThrow('second tensor');
    expect(() => write([['__metadata__', one]])).toThrow('second tensor');
    expect(() => write([['a', tensor('uint8', [2], [1])]])).toThrow('gave 1 bytes');
  });
});

// What safetensors 0.8 (Python) says of the same files stands behind each: all are refused there too, duplicate keys excepted.
describe('readSafetensors refuses', () => {
  it.each([
    ['a file without a length', new Uint8Array(7), 'length alone takes 8'],
    ['a header past the end', file('{}').subarray(0, 9), 'is said to have 2 bytes'],
    ['a header of 2^63 bytes', Buffer.from('0000000000000080aaaa', 'hex'), 'is said to have'],
    ['no JSON', file('{"a":'), 'no sound JSON'],
    ['no UTF-8', file(Buffer.from('{"\xff":1}', 'latin1')), 'no sound JSON'],
    ['no object', file('[]'), 'no JSON object'],
    ['a BOM', file('\ufeff{}'), 'no sound JSON'],
    ['deep nesting', file('['.repeat(100_000)), 'levels'],
    ['a tensor that is no object', file('{"a":3}'), 'no object'],
    ['an unknown dtype', file('{"a":{"dtype":"F99","shape":[],"data_offsets":[0,4]}}', 4), 'none that the format knows'],
    ['a dtype from the prototype', file('{"a":{"dtype":"toString","shape":[],"data_offsets":[0,4]}}', 4), 'none that the format knows'],
    ['a negative size', file(`{"a":${f32(0, 4, '[-1]')}}`, 4), 'no list of sizes'],
    ['a fractional size', file(`{"a":${f32(0, 4, '[1.5]')}}`, 4), 'no list of sizes'],
    ['a size as text', file(`{"a":${f32(0, 4, '["1"]')}}`, 4), 'no list of sizes'],
    ['one offset', file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', 4), 'no pair'],
    ['too few bytes', file(`{"a":${f32(0, 4, '[2]')}}`, 4), 'needs 8'],
    ['too many bytes', file(`{"a":${f32(0, 8)}}`, 8), 'needs 4'],
    ['offsets in reverse', file(`{"a":${f32(4, 0)}}`, 4), 'a gap or an overlap'],
    ['a gap at the start', file(`{"a":${f32(4, 8)}}`, 8), 'a gap or an overlap'],
    ['a gap', file(`{"a":${f32(0, 4)},"b":${f32(8, 12)}}`, 12), 'a gap or an overlap'],
    ['an overlap', file(`{"a":${f32(0, 4)},"b":${f32(0, 4)}}`, 4), 'a gap or an overlap'],
    ['data that nobody owns', file(`{"a":${f32(0, 4)}}`, 5), 'the tensors end at'],
    ['data that is missing', file(`{"a":${f32(0, 4)}}`, 3), 'the tensors end at'],
    ['a shape past 2^53', file(`{"a":${f32(0, 4, '[4294967296,4294967296,4294967296]')}}`, 4), 'more elements than any file'],
    ['half a byte', file('{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,0]}}'), 'whole bytes'],
    ['metadata that is no text', file('{"__metadata__":{"a":1}}'), 'no map of texts'],
    ['a tensor twice', file(`{"a":${f32(0, 4)},"a":${f32(0, 4)}}`, 4), 'twice'],
    ['a tensor twice, once with an escape', file(`{"a":${f32(0, 4)}, "\\u0061" :${f32(0, 4)}}`, 4), 'twice'],
    ['a key twice', file('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), 'twice'],
  ])('%s', (_, bytes, message) => expect(() => read(bytes)).toThrow(refusal('malformed-file', message)));

  it('a header past 100 MB, before it is read', () => {
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(100_000_001n);
    const huge = { ...byteSourceOf('huge', head), sizeBytes: 1e9 };
    expect(() => readSafetensors(huge)).toThrow(refusal('limit-exceeded', '100000001'));
  });

  it('dtypes that it does not use, all at once; the header lists them', () => {
    const bytes = file('{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"C64","shape":[1],"data_offsets":[1,9]}}', 9);
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'unsupported', details: ['a: F8_E4M3', 'b: C64'] }));
    expect(readSafetensorsHeader(byteSourceOf('x', bytes)).entries).toHaveLength(2);
  });

  it('takes what the reference takes: unknown keys, null metadata, values that look like keys', () => {
    expect(read(file(`{"__metadata__":null,"a":{"x":{"y":[1]},"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   `, 4)).size).toBe(1);
    expect(read(file('{"__metadata__":{"a":"b\\":","c":"a"}}')).size).toBe(0);
  });
});

describe('readSafetensors, damaged', () => {
  const sound = write(
    [
      ['conv.weight', tensor('float32', [2, 1], [0, 1, 2, 3, 4, 5, 6, 7])],
      ['flag', tensor('bool', [1], [1])],
    ],
    { format: 'pt' },
  );

  it('refuses every proper prefix', () => {
    for (const bytes of truncations(sound)) expect(() => read(bytes)).toThrow(TorchliftError);
  });

  it('reads no byte outside the file under mutation', () => {
    for (const bytes of mutations(sound, 3000)) {
      try {
        let total = 0;
        for (const source of read(bytes).values()) total += source.read().byteLength;
        expect(total).toBeLessThan(bytes.byteLength);
      } catch (error) {
        if (!(error instanceof TorchliftError)) throw error;
      }
    }
  });
});
