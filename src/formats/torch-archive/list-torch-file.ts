import { TorchliftError } from '../../core/errors.ts';
import type { ByteSource } from '../files/byte-source.ts';
import { MAX_PICKLE_BYTES, type PickleGlobal, type PickleScan, scanPickle } from '../pickle/scan-pickle.ts';
import { ZipArchive } from '../zip/zip-archive.ts';
import { listZipRecords } from './list-zip-records.ts';
import { isSafeGlobal } from './safe-globals.ts';
import type { TorchFileListing, TorchFinding } from './torch-file-listing.ts';

/** Findings that a listing keeps: a hostile file shall not make a page of a million lines. */
const MAX_FINDINGS = 1000;

/**
 * Says what a PyTorch file (`.pt`, `.pth`, `.pt2`, `.bin`) is, what it holds, and what loading it could do. Nothing is loaded or run.
 * Errors: `not-a-model`, `malformed-file`, `limit-exceeded`, `io`. A damaged pickle is a finding, not an error: loading runs its sound part.
 */
export function listTorchFile(source: ByteSource): TorchFileListing {
  const head = source.read(0, Math.min(4, source.sizeBytes));
  // torch decides by these four bytes too (torch/serialization.py, `_is_zipfile`).
  if (Buffer.from(head).toString('latin1') !== 'PK\x03\x04') return listPickleFile(source);
  const archive = new ZipArchive(source);
  const { kind, pickles, findings, ...rest } = listZipRecords(archive);
  if (kind === undefined) {
    throw new TorchliftError('not-a-model', {
      what: 'this zip archive has none of the records by which PyTorch knows its files (data.pkl, constants.pkl, models/*.json)',
      where: source.name,
      remedy: 'Give the file that torch.save, torch.jit.save or torch.export.save wrote.',
    });
  }
  const judged = judgePickles(pickles, kind === 'torchscript');
  return {
    kind,
    records: archive.entries.map(({ name, sizeBytes, compressedBytes }) => ({ name, sizeBytes, compressedBytes })),
    pickles,
    globals: judged.globals,
    findings: [...findings, ...judged.findings].slice(0, MAX_FINDINGS),
    ...rest,
  };
}

/** The magic number with which a legacy file starts, as a pickle of its own (torch/serialization.py, `MAGIC_NUMBER`). */
const LEGACY_MAGIC = '80028a0a6cfc9c46f9206aa850192e';
/** Magic number, protocol version, system, object, storage keys; then raw storages. */
const LEGACY_PICKLES = 5;

function listPickleFile(source: ByteSource): TorchFileListing {
  const bytes = source.read(0, Math.min(source.sizeBytes, MAX_PICKLE_BYTES));
  const isLegacy = Buffer.from(bytes.subarray(0, LEGACY_MAGIC.length / 2)).toString('hex') === LEGACY_MAGIC;
  const pickles: { record: string; scan: PickleScan }[] = [];
  let end = 0;
  while (pickles.length < (isLegacy ? LEGACY_PICKLES : 1)) {
    const scan = scanPickle(bytes, { start: end });
    pickles.push({ record: `pickle at byte ${end}`, scan });
    end = scan.end;
    if (scan.problem !== undefined) break;
  }
  const { globals, findings } = judgePickles(pickles, false);
  // A pickle of protocol 0 has no mark of its own: what parses to its end, or imports something on the way, is one.
  const isPickle = bytes[0] === 0x80 || pickles[0]?.scan.problem === undefined || globals.length > 0;
  if (!isPickle) {
    throw new TorchliftError('not-a-model', {
      what: 'this is neither a zip archive nor a pickle, so no PyTorch file',
      where: source.name,
      remedy: 'Check that the file was fetched whole; Git LFS leaves small text files in place of large ones.',
    });
  }
  return {
    kind: isLegacy ? 'torch-save-legacy' : 'pickle',
    records: [],
    tensorBytes: isLegacy ? source.sizeBytes - end : 0,
    version: undefined,
    byteOrder: undefined,
    pickles,
    globals,
    code: [],
    findings,
  };
}

function judgePickles(pickles: readonly { record: string; scan: PickleScan }[], torchScript: boolean) {
  const globals = new Map<string, PickleGlobal & { isSafe: boolean }>();
  const findings: TorchFinding[] = [];
  for (const { record, scan } of pickles) {
    for (const { module, name } of scan.globals) {
      // Only the archive's own pickles are read by TorchScript's unpickler; one inside a record is Python's.
      const isSafe = isSafeGlobal({ module, name }, { torchScript: torchScript && !record.includes('!') });
      const key = `${module}\n${name}`;
      globals.set(key, { module, name, isSafe: isSafe && globals.get(key)?.isSafe !== false });
      if (!isSafe) findings.push({ rule: 'unsafe-global', record, what: `imports ${module} ${name}` });
    }
    for (const { opcode, offset } of scan.opaque) findings.push({ rule: 'opaque-opcode', record, what: `${opcode} at byte ${offset}` });
    if (scan.problem !== undefined) findings.push({ rule: 'damaged-pickle', record, what: `${scan.problem.what} (byte ${scan.problem.offset})` });
  }
  return { globals: [...globals.values()], findings };
}
