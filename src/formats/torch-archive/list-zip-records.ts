import { TorchliftError } from '../../core/errors.ts';
import { byteSourceOf } from '../files/byte-source.ts';
import { MAX_PICKLE_BYTES, type PickleScan, scanPickle } from '../pickle/scan-pickle.ts';
import { ZipArchive } from '../zip/zip-archive.ts';
import type { ZipEntry } from '../zip/zip-entry.ts';
import { findSuspiciousCode } from './find-suspicious-code.ts';
import type { TorchFileKind, TorchFileListing, TorchFinding } from './torch-file-listing.ts';

/** A `.pt2` holds `.pt` files, which are archives; nothing of torch's goes deeper. */
const MAX_NESTING = 2;
/** Of a source, a JSON or a nested archive that is read into memory. */
const MAX_RECORD_BYTES = 64 << 20;

/** Where torch puts raw tensors; never unpickled unless a JSON says so. */
const TENSOR_RECORD =
  /^(?:(?:data|constants|tensors|traced_inputs)\/\d+|data\/(?:weights|constants)\/(?:weight|tensor)_\d+|\.data\/[\w.]+\.storage)$/;
const NATIVE_MAGIC = /^(?:7f454c46|cffaedfe|cefaedfe|cafebabe|4d5a)/; // ELF, Mach-O (64, 32, fat), PE

interface ZipRecords extends Pick<TorchFileListing, 'tensorBytes' | 'version' | 'byteOrder' | 'pickles' | 'code' | 'findings'> {
  /** Undefined where the archive has none of the records by which torch knows its files. */
  readonly kind: TorchFileKind | undefined;
}

/** Walks the records of an archive: what kind it is, where its tensors, pickles and sources are. */
export function listZipRecords(archive: ZipArchive, prefix = '', depth = 1): ZipRecords {
  const folder = commonFolder(archive);
  const records = archive.entries.filter(({ name }) => !name.endsWith('/')).map((entry) => ({ entry, path: entry.name.slice(folder.length) }));
  const kind = kindOf(new Set(records.map(({ path }) => path)));
  const pickles: { record: string; scan: PickleScan }[] = [];
  const code: string[] = [];
  const findings: TorchFinding[] = [];
  let tensorBytes = 0;
  const folded = new Set<string>();
  for (const { entry, path } of records) {
    const record = prefix + entry.name;
    const add = (rule: TorchFinding['rule'], what: string) => findings.push({ rule, record, what });
    if (folded.has(path.toLowerCase())) add('ambiguous-name', 'another record has this name but for upper and lower case');
    folded.add(path.toLowerCase());
    const isTensor = TENSOR_RECORD.test(path);
    if (isTensor) tensorBytes += entry.sizeBytes;
    const magic = readMagic(archive, entry, isTensor);
    if (magic.startsWith('504b0304')) {
      const nested = depth < MAX_NESTING && entry.sizeBytes <= MAX_RECORD_BYTES ? listNested(archive, entry, record, depth) : undefined;
      if (nested === undefined) {
        add('nested-archive', 'an archive too deep or too large to be looked into');
        continue;
      }
      pickles.push(...nested.pickles);
      code.push(...nested.code);
      findings.push(...nested.findings);
      tensorBytes += nested.tensorBytes;
    } else if (/pkl$|\.pickle$/i.test(path) || (!isTensor && /^800[2-5]/.test(magic))) {
      pickles.push({ record, scan: scanRecord(archive, entry) });
    } else if (/\.py$/i.test(path)) {
      code.push(record);
      if (kind !== 'torchscript') add('python-source', 'Python source, which torch runs on loading');
      else for (const { line, name } of findSuspiciousCode(readText(archive, entry))) add('suspicious-code', `${name} in line ${line}`);
    } else if (/\.json$/i.test(path) && /"use_pickle"\s*:\s*true/.test(readText(archive, entry))) {
      add('pickled-weights', 'it asks torch to unpickle tensors');
    } else if (!isTensor && (NATIVE_MAGIC.test(magic) || /\.(so|dylib|dll|cubin|o)$/i.test(path))) {
      add('native-code', 'compiled code, which runs on loading');
    }
  }
  const text = (path: string) => {
    const entry = archive.get(folder + path);
    return entry === undefined || entry.sizeBytes > 64 ? undefined : Buffer.from(archive.read(entry)).toString('utf8').trim();
  };
  return { kind, tensorBytes, version: text('version') ?? text('.data/version'), byteOrder: text('byteorder'), pickles, code, findings };
}

/** `model/`, the folder that all records stand in; empty where there is no such. */
function commonFolder(archive: ZipArchive): string {
  const first = archive.entries[0]?.name ?? '';
  const folder = first.slice(0, first.indexOf('/') + 1);
  return archive.entries.every(({ name }) => name.startsWith(folder)) ? folder : '';
}

function kindOf(paths: ReadonlySet<string>): TorchFileKind | undefined {
  const hasAny = (pattern: RegExp) => [...paths].some((path) => pattern.test(path));
  // torch.load and torch.jit.load tell the first by constants.pkl (torch/serialization.py, `_is_torchscript_zip`).
  if (paths.has('constants.pkl')) return 'torchscript';
  if (paths.has('archive_format') || hasAny(/^(serialized_exported_program\.json|models\/[^/]+\.json|data\/aotinductor\/.+)$/)) return 'pt2';
  if (paths.has('.data/extern_modules')) return 'torch-package';
  return paths.has('data.pkl') ? 'torch-save' : undefined;
}

/** The first bytes in hexadecimal, as far as they can be had without unfolding anything large. */
function readMagic(archive: ZipArchive, entry: ZipEntry, isTensor: boolean): string {
  const stored = entry.method === 0;
  if (!stored && (isTensor || entry.sizeBytes > MAX_RECORD_BYTES)) return '';
  const head = stored ? archive.source.read(entry.dataOffset, Math.min(4, entry.sizeBytes)) : archive.read(entry).subarray(0, 4);
  return Buffer.from(head).toString('hex');
}

function listNested(archive: ZipArchive, entry: ZipEntry, record: string, depth: number): ZipRecords | undefined {
  const source = byteSourceOf(`${archive.source.name}: ${record}`, archive.read(entry));
  return listZipRecords(new ZipArchive(source), `${record}!`, depth + 1);
}

function scanRecord(archive: ZipArchive, entry: ZipEntry): PickleScan {
  if (entry.sizeBytes <= MAX_PICKLE_BYTES) return scanPickle(archive.read(entry));
  const problem = { what: `the pickle has ${entry.sizeBytes} bytes; at most ${MAX_PICKLE_BYTES} are looked at`, offset: 0 };
  return { protocol: undefined, globals: [], opaque: [], persistentIds: 0, calls: 0, opcodes: 0, end: 0, problem };
}

function readText(archive: ZipArchive, entry: ZipEntry): string {
  if (entry.sizeBytes <= MAX_RECORD_BYTES) return Buffer.from(archive.read(entry)).toString('utf8');
  throw new TorchliftError('limit-exceeded', {
    what: `it has ${entry.sizeBytes} bytes; sources and JSON of at most ${MAX_RECORD_BYTES} are read`,
    where: `${archive.source.name}: entry ${JSON.stringify(entry.name)}`,
  });
}
