import { describe, expect, it } from 'vitest';
import { TorchliftError } from '../../core/errors.ts';
import { byteSourceOf } from '../files/byte-source.ts';
import { MemorySink } from '../files/memory-sink.ts';
import { mutations, truncations } from '../files/testing/damage.ts';
import { encodePickle } from '../pickle/encode-pickle.ts';
import { global, reduce, tuple } from '../pickle/pickle-value.ts';
import { ZipWriter } from '../zip/zip-writer.ts';
import { listTorchFile } from './list-torch-file.ts';
import { isSafeGlobal } from './safe-globals.ts';
import { writeTorchArchive } from './write-torch-archive.ts';

const list = (bytes: Uint8Array) => listTorchFile(byteSourceOf('x.pt', bytes));
const none = encodePickle(tuple());
const storage = reduce(global('torch._utils', '_rebuild_tensor_v2'), {
  kind: 'persistent',
  id: tuple('storage', global('torch', 'FloatStorage'), '0', 'cpu', 1),
});
const evil = encodePickle(reduce(global('os', 'system'), 'true'));

function zip(records: Record<string, Uint8Array | string>): Uint8Array {
  const sink = new MemorySink();
  const writer = new ZipWriter(sink);
  for (const [name, content] of Object.entries(records)) writer.add(name, Buffer.from(content));
  writer.finish();
  return sink.bytes();
}

/** Magic number, protocol, system, object, storage keys, one storage. */
const legacy = (object: Uint8Array) =>
  Buffer.concat([
    Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex'),
    encodePickle(1001),
    none,
    object,
    none,
    Buffer.from('0100000000000000', 'hex'),
    Buffer.alloc(4),
  ]);

describe('listTorchFile tells', () => {
  it('a checkpoint', () => {
    const listing = list(zip({ 'm/data.pkl': encodePickle(storage), 'm/byteorder': 'little', 'm/data/0': Buffer.alloc(4), 'm/version': '3\n' }));
    expect(listing).toMatchObject({ kind: 'torch-save', tensorBytes: 4, version: '3', byteOrder: 'little', findings: [], code: [] });
    expect(listing.pickles.map(({ record, scan }) => [record, scan.persistentIds])).toEqual([['m/data.pkl', 1]]);
    expect(listing.records).toHaveLength(4);
    expect(listing.globals.every(({ isSafe }) => isSafe)).toBe(true);
  });

  it('a legacy checkpoint', () => {
    const listing = list(legacy(encodePickle(storage)));
    expect(listing).toMatchObject({ kind: 'torch-save-legacy', tensorBytes: 12, findings: [], records: [] });
    expect(listing.pickles).toHaveLength(5);
  });

  it('a .pt2, and looks into the archives in it', () => {
    const inner = zip({ 'archive/data.pkl': evil, 'archive/version': '3' });
    const listing = list(
      zip({
        'e/data/weights/weight_0': Buffer.alloc(8),
        'e/data/weights/model_weights_config.json': '{"config":{"w":{"use_pickle": true}}}',
        'e/models/model.json': '{}',
        'e/data/sample_inputs/model.pt': inner,
        'e/archive_format': 'pt2',
        'e/.data/version': '6',
      }),
    );
    expect(listing).toMatchObject({ kind: 'pt2', tensorBytes: 8, version: '6' });
    expect(listing.findings).toEqual([
      { rule: 'pickled-weights', record: 'e/data/weights/model_weights_config.json', what: expect.any(String) },
      { rule: 'unsafe-global', record: 'e/data/sample_inputs/model.pt!archive/data.pkl', what: 'imports os system' },
    ]);
  });

  it('an AOTInductor package and its native code', () => {
    const listing = list(
      zip({ 'm/data/aotinductor/model/a.wrapper.so': Buffer.from('7f454c46', 'hex'), 'm/data/aotinductor/model/kernel': Buffer.from('\x7fELF') }),
    );
    expect(listing.kind).toBe('pt2');
    expect(listing.findings.map(({ rule }) => rule)).toEqual(['native-code', 'native-code']);
  });

  it('a torch.package and its sources', () => {
    const listing = list(
      zip({ 'p/.data/extern_modules': 'torch', 'p/model/model.pkl': none, 'p/mymod.py': 'import os', 'p/.data/0.storage': Buffer.alloc(4) }),
    );
    expect(listing).toMatchObject({ kind: 'torch-package', tensorBytes: 4, code: ['p/mymod.py'] });
    expect(listing.findings.map(({ rule }) => rule)).toEqual(['python-source']);
  });

  it('what is none of these', () => {
    const notAModel = expect.objectContaining({ code: 'not-a-model' });
    expect(() => list(zip({ 'a.txt': 'x' }))).toThrow(notAModel);
    expect(() => list(Buffer.from('version https://git-lfs.github.com/spec/v1'))).toThrow(notAModel);
    expect(() => list(Buffer.alloc(0))).toThrow(notAModel);
    expect(() => list(Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'))).toThrow(notAModel);
  });
});

describe('listTorchFile finds', () => {
  it.each([
    ['in a checkpoint', zip({ 'm/data.pkl': evil })],
    ['in a legacy checkpoint', legacy(evil)],
    ['in a bare pickle', evil],
    ['in a bare pickle of protocol 0', Buffer.from('cos\nsystem\n(Vtrue\ntR.')],
    ['in a bare pickle that breaks off', Buffer.from('cos\nsystem\n(Vtrue\ntR')],
    ['in TorchScript', zip({ 'm/constants.pkl': none, 'm/data.pkl': evil })],
    ['in a record of any name', zip({ 'm/data.pkl': none, 'm/extra': evil })],
    ['in upper case', zip({ 'm/data.pkl': none, 'm/DATA.PKL': evil })],
    ['without a folder', zip({ 'data.pkl': evil, 'a/b': 'x' })],
  ])('an import %s', (_, bytes) => {
    const listing = list(bytes);
    expect(listing.findings.filter(({ rule }) => rule === 'unsafe-global')).toMatchObject([{ what: 'imports os system' }]);
    expect(listing.globals).toContainEqual({ module: 'os', name: 'system', isSafe: false });
  });

  it('a pickle it cannot follow', () => {
    const findings = list(zip({ 'm/data.pkl': Buffer.from('\x80\x02\x82\x01Vos\nN\x93', 'latin1') })).findings;
    expect(findings.map(({ rule, what }) => `${rule}: ${what}`)).toEqual([
      'opaque-opcode: EXT1 at byte 2',
      'opaque-opcode: STACK_GLOBAL at byte 9',
      'damaged-pickle: the pickle ends without STOP (byte 10)',
    ]);
  });

  it("the archive's own classes only in TorchScript, and not in archives inside it", () => {
    const own = encodePickle(global('__torch__', 'M'));
    expect(list(zip({ 'm/constants.pkl': none, 'm/data.pkl': own })).findings).toEqual([]);
    expect(list(zip({ 'm/data.pkl': own })).findings).toMatchObject([{ rule: 'unsafe-global' }]);
    expect(list(zip({ 'm/constants.pkl': none, 'm/x.pt': zip({ 'data.pkl': own }) })).findings).toMatchObject([{ rule: 'unsafe-global' }]);
  });

  it('file access in code', () => {
    const code = 'class M(Module):\n  def forward(self) -> Tensor:\n    return torch.from_file("/tmp/x", True, 4)\n';
    const listing = list(zip({ 'm/constants.pkl': none, 'm/data.pkl': none, 'm/code/__torch__.py': code }));
    expect(listing.findings).toEqual([{ rule: 'suspicious-code', record: 'm/code/__torch__.py', what: 'torch.from_file in line 3' }]);
  });

  it('records that differ by case, and archives too deep', () => {
    expect(list(zip({ 'm/data.pkl': none, 'm/Data.pkl': none })).findings).toMatchObject([{ rule: 'ambiguous-name', record: 'm/Data.pkl' }]);
    const deep = zip({ 'm/data.pkl': none, 'm/a.pt': zip({ 'n/b.pt': zip({ 'o/data.pkl': evil }) }) });
    expect(list(deep).findings).toMatchObject([{ rule: 'nested-archive', record: 'm/a.pt!n/b.pt' }]);
  });

  it('no pickles in raw tensors', () => {
    expect(list(zip({ 'm/data.pkl': none, 'm/data/0': evil })).findings).toEqual([]);
  });

  it('at most a thousand things', () => {
    const many = Buffer.from(Array.from({ length: 5000 }, (_, index) => `cm\nn${index}\n0`).join(''));
    expect(list(zip({ 'm/data.pkl': many })).findings).toHaveLength(1000);
  });
});

describe('the allow-list', () => {
  it.each([
    'os system',
    'builtins eval',
    'builtins getattr',
    'torch load',
    'torch._utils os',
    'torch.storage _load_from_bytes',
    'torch Tensor.x',
    'toString x',
  ])('lacks %s', (text) => {
    const [module = '', name = ''] = text.split(' ');
    for (const torchScript of [true, false]) expect(isSafeGlobal({ module, name }, { torchScript })).toBe(false);
  });

  it.each(['collections OrderedDict', 'torch float8_e5m2', 'torch.nn.parameter Parameter', 'torch QUInt4x2Storage', 'torch.cuda HalfStorage'])(
    'has %s',
    (text) => {
      const [module = '', name = ''] = text.split(' ');
      expect(isSafeGlobal({ module, name }, { torchScript: false })).toBe(true);
    },
  );
});

describe('listTorchFile, damaged', () => {
  const sink = new MemorySink();
  const weight = { dtype: 'float32', shape: [2], strides: [1], read: () => new Uint8Array(8) } as const;
  writeTorchArchive(sink, { name: 'm', className: 'M', code: 'class M(Module):\n', attributes: [['w', weight]] });

  it('refuses every proper prefix of an archive', () => {
    for (const bytes of truncations(sink.bytes())) expect(() => list(bytes)).toThrow(TorchliftError);
  });

  it.each([
    ['an archive', sink.bytes()],
    ['a legacy checkpoint', legacy(encodePickle(storage))],
  ])('gives a listing or an error for %s under mutation', (_, sound) => {
    for (const bytes of mutations(sound, 1500)) {
      try {
        expect(list(bytes).tensorBytes).toBeLessThan(bytes.byteLength);
      } catch (error) {
        if (!(error instanceof TorchliftError)) throw error;
      }
    }
  });
});
