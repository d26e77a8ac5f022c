import { describe, expect, it } from 'vitest';
import type { DType } from '../../core/dtypes.ts';
import { byteSourceOf } from '../files/byte-source.ts';
import { MemorySink } from '../files/memory-sink.ts';
import { ZipArchive } from '../zip/zip-archive.ts';
import type { ArchiveTensor } from './archive-tensor.ts';
import { listTorchFile } from './list-torch-file.ts';
import { type TorchScriptArchive, writeTorchArchive } from './write-torch-archive.ts';

function tensor(dtype: DType, shape: number[], strides: number[], bytes: readonly number[]): ArchiveTensor {
  return { dtype, shape, strides, read: () => Uint8Array.from(bytes) };
}

const code = 'class M(Module):\n  training : bool\n';
const empty: TorchScriptArchive = { name: 'm', className: 'M', code, attributes: [] };

function write(archive: Partial<TorchScriptArchive>): { bytes: Uint8Array; text: (record: string) => string; zip: ZipArchive } {
  const sink = new MemorySink();
  writeTorchArchive(sink, { ...empty, ...archive });
  const bytes = sink.bytes();
  const zip = new ZipArchive(byteSourceOf('m.pt', bytes));
  const text = (record: string) => {
    const entry = zip.get(record);
    return entry === undefined ? 'no such record' : Buffer.from(zip.read(entry)).toString('latin1');
  };
  return { bytes, text, zip };
}

describe('writeTorchArchive', () => {
  const attributes = [
    ['training', false],
    ['w', tensor('float32', [1, 2, 1, 2], [4, 1, 4, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])],
    ['b', tensor('bfloat16', [1], [1], [0x80, 0x3f])],
  ] as const;

  it('lays out the records that torch.jit.load reads', () => {
    const { zip, text } = write({ attributes });
    const records = ['data.pkl', 'code/__torch__.py', 'constants.pkl', 'version', 'byteorder', 'data/0', 'data/1'];
    expect(zip.entries.map(({ name }) => name)).toEqual(records.map((record) => `m/${record}`));
    expect(text('m/code/__torch__.py')).toBe(code);
    expect(text('m/constants.pkl')).toBe('\x80\x02).');
    expect(text('m/version')).toBe('3\n');
    expect(text('m/byteorder')).toBe('little');
    expect(text('m/data/1')).toBe('\x80\x3f');
  });

  it('pickles the module as a __torch__ class with its attributes in order', () => {
    const unicode = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
    const int = (value: number) => `J${String.fromCharCode(value)}\0\0\0`;
    const rebuilt = (storage: string, key: string, count: number, shape: number[], strides: number[]) =>
      [
        'ctorch._utils\n_rebuild_tensor_v2\n(',
        `(${unicode('storage')}ctorch\n${storage}\n${unicode(key)}${unicode('cpu')}${int(count)}tQ`,
        `${int(0)}(${shape.map(int).join('')}t(${strides.map(int).join('')}t\x89ccollections\nOrderedDict\n)RtR`,
      ].join('');
    expect(write({ attributes }).text('m/data.pkl')).toBe(
      [
        '\x80\x02c__torch__\nM\n)\x81}(',
        `${unicode('training')}\x89`,
        `${unicode('w')}${rebuilt('FloatStorage', '0', 4, [1, 2, 1, 2], [4, 1, 4, 2])}`,
        `${unicode('b')}${rebuilt('BFloat16Storage', '1', 1, [1], [1])}`,
        'ub.',
      ].join(''),
    );
  });

  it('aligns every tensor to 64 bytes', () => {
    const many = Array.from({ length: 120 }, (_, index) => [`w${index}`, tensor('uint8', [index], [1], Array(index).fill(7))] as const);
    const { zip } = write({ name: 'a_longer-name.v2', attributes: many, constants: [tensor('uint8', [3], [1], [1, 2, 3])] });
    const tensors = zip.entries.filter(({ name }) => /\/(data|constants)\/\d+$/.test(name));
    expect(tensors).toHaveLength(121);
    for (const { name, dataOffset } of tensors) expect(dataOffset % 64, name).toBe(0);
  });

  it('reads tensors one at a time, each when its turn comes', () => {
    const sink = new MemorySink();
    const positions: number[] = [];
    const watched = (size: number): ArchiveTensor => ({
      dtype: 'uint8',
      shape: [size],
      strides: [1],
      read() {
        positions.push(sink.position);
        return new Uint8Array(size);
      },
    });
    writeTorchArchive(sink, {
      ...empty,
      attributes: [
        ['a', watched(1000)],
        ['b', watched(2000)],
        ['c', watched(1)],
      ],
    });
    const [a = 0, b = 0, c = 0] = positions;
    expect(positions).toHaveLength(3);
    expect(b - a).toBeGreaterThan(1000);
    expect(c - b).toBeGreaterThan(2000);
  });

  it('keeps constants and the version', () => {
    const { text } = write({ constants: [tensor('int64', [], [], [5, 0, 0, 0, 0, 0, 0, 0])], version: 10 });
    expect(text('m/constants.pkl')).toContain('LongStorage');
    expect(text('m/constants/0')).toBe('\x05\0\0\0\0\0\0\0');
    expect(text('m/version')).toBe('10\n');
  });

  it('gives the same bytes again', () => {
    expect(Buffer.compare(write({ attributes }).bytes, write({ attributes }).bytes)).toBe(0);
  });

  it('is a file that only makes tensors, by our own listing', () => {
    const listing = listTorchFile(byteSourceOf('m.pt', write({ attributes }).bytes));
    expect(listing).toMatchObject({
      kind: 'torchscript',
      tensorBytes: 18,
      version: '3',
      byteOrder: 'little',
      findings: [],
      code: ['m/code/__torch__.py'],
    });
    expect(new Set(listing.globals.map(({ module, name }) => `${module} ${name}`))).toEqual(
      new Set(['__torch__ M', 'torch._utils _rebuild_tensor_v2', 'torch FloatStorage', 'torch BFloat16Storage', 'collections OrderedDict']),
    );
  });

  it.each([
    ['float64', 'DoubleStorage'],
    ['float16', 'HalfStorage'],
    ['int32', 'IntStorage'],
    ['int16', 'ShortStorage'],
    ['int8', 'CharStorage'],
    ['uint8', 'ByteStorage'],
    ['bool', 'BoolStorage'],
  ] as const)('stores %s as %s', (dtype, storage) => {
    expect(write({ attributes: [['w', tensor(dtype, [0], [1], [])]] }).text('m/data.pkl')).toContain(`ctorch\n${storage}\n`);
  });

  it('refuses dtypes that TorchScript lacks', () => {
    expect(() => write({ attributes: [['w', tensor('uint32', [0], [1], [])]] })).toThrow(expect.objectContaining({ code: 'unsupported' }));
  });

  it('refuses strides that leave holes or overlap, data of another size, and names that are no folder', () => {
    const strides: [number[], number[]][] = [
      [
        [2, 2],
        [1, 1],
      ],
      [
        [2, 2],
        [4, 1],
      ],
      [[2], [0]],
      [[2], [1, 1]],
      [[2], [-1]],
    ];
    for (const [shape, given] of strides)
      expect(() => write({ attributes: [['w', tensor('uint8', shape, given, [1, 2, 3, 4])]] })).toThrow(/strides/);
    expect(() => write({ attributes: [['w', tensor('uint8', [2], [1], [1])]] })).toThrow('gave 1 bytes');
    for (const name of ['', 'a/b', 'a b']) expect(() => write({ name })).toThrow("can't name");
  });

  it('takes any stride for an axis of one, or in an empty tensor', () => {
    const { text } = write({
      attributes: [
        ['a', tensor('uint8', [2, 1], [1, 99], [1, 2])],
        ['b', tensor('uint8', [0, 3], [3, 1], [])],
      ],
    });
    expect(text('m/data/0')).toBe('\x01\x02');
  });
});
