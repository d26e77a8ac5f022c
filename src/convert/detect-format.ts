import { closeSync, existsSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TorchliftError } from '../core/errors.ts';
import { looksLikeHdf5 } from '../formats/hdf5/signature.ts';

export type ModelFormat = 'keras-h5' | 'keras-archive' | 'tfjs-layers' | 'onnx' | 'safetensors' | 'torch' | 'saved-model';

/** HDF5 may put its signature behind a user block of up to this size; everything else stands at the start. */
const PROBE_BYTES = 4096;
/** Pickle's PROTO opcode, followed by the protocol's number. */
const PICKLE_PROTO = 0x80;

/**
 * What a path holds, by its bytes; the name decides only where bytes can't (a protobuf has no signature). `path` is the file to open: a
 * tfjs folder's `model.json`. Errors: `file-not-found`, `not-a-model`, `io`.
 */
export function detectFormat(path: string): { readonly format: ModelFormat; readonly path: string } {
  const stat = statusOf(path);
  if (stat.isDirectory()) return detectInFolder(path);
  // Opening a pipe would wait for its other end.
  if (!stat.isFile()) throw notAModel(path, 'neither a file nor a folder, but a device, pipe or socket');
  const head = readHead(path);
  if (head.byteLength === 0) throw notAModel(path, 'the file is empty');
  const format = byContent(head) ?? byName(path);
  if (format === undefined) throw notAModel(path, 'neither HDF5, a tfjs model.json, ONNX, safetensors nor a PyTorch file');
  return { format, path };
}

function statusOf(path: string): Stats {
  let cause: unknown;
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined) return stat;
  } catch (error) {
    // A part of the path is a file, or can't be entered, or the name is too long.
    cause = error;
  }
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  throw new TorchliftError('file-not-found', {
    what: code === undefined ? 'there is no such file' : `there is no such file, or it can't be reached (${code})`,
    where: path,
    remedy: `Check the path; the current folder is ${process.cwd()}.`,
    cause,
  });
}

function detectInFolder(folder: string): { format: ModelFormat; path: string } {
  if (existsSync(join(folder, 'saved_model.pb'))) return { format: 'saved-model', path: folder };
  const modelJson = join(folder, 'model.json');
  if (existsSync(modelJson)) return { format: 'tfjs-layers', path: modelJson };
  const onnx = join(folder, 'model.onnx');
  if (existsSync(onnx)) return { format: 'onnx', path: onnx };
  throw notAModel(folder, 'a folder without model.json, saved_model.pb or model.onnx');
}

/** The entries of a .keras archive, which all lie at its root: any may come first. */
const KERAS_ARCHIVE: readonly string[] = ['metadata.json', 'config.json', 'model.weights.h5'];

/** The name in a zip's first local file header (APPNOTE 4.3.7). */
function firstEntry(head: Buffer): string {
  return head.toString('latin1', 30, 30 + head.readUInt16LE(26));
}

function byContent(head: Buffer): ModelFormat | undefined {
  if (looksLikeHdf5(head)) return 'keras-h5';
  const text = head.toString('latin1');
  if (text.startsWith('PK\u0003\u0004') && head.byteLength >= 30) return KERAS_ARCHIVE.includes(firstEntry(head)) ? 'keras-archive' : 'torch';
  // Pickle protocols 2 to 5, as torch.save wrote before it wrote zips.
  if (head[0] === PICKLE_PROTO && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5) return 'torch';
  if (head.byteLength >= 9 && head[8] === 0x7b && head.readBigUInt64LE(0) < 100_000_000n) return 'safetensors';
  return /^\s*\{/.test(text) ? 'tfjs-layers' : undefined;
}

function byName(path: string): ModelFormat | undefined {
  if (path.endsWith('.onnx')) return 'onnx';
  if (/\.(pt|pth|pt2|ckpt)$/.test(path)) return 'torch';
  return undefined;
}

function readHead(path: string): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new TorchliftError('io', {
      what: `can't be read (${(cause as NodeJS.ErrnoException).code})`,
      where: path,
      remedy: 'Check its permissions.',
      cause,
    });
  }
  try {
    const buffer = Buffer.alloc(PROBE_BYTES);
    return buffer.subarray(0, readSync(file, buffer, 0, PROBE_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

function notAModel(path: string, what: string): TorchliftError {
  return new TorchliftError('not-a-model', {
    what: `not a model: ${what}`,
    where: basename(path),
    remedy: 'Give a Keras .h5 or .hdf5 file, a tfjs model.json, or an .onnx, .safetensors or .pt file.',
  });
}
