import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TorchliftError } from '../../core/errors.ts';
import { openByteSource } from '../files/open-byte-source.ts';

/** The files of one manifest group, read as if they were one. A file is open only while it is read. */
export class Shards {
  readonly sizeBytes: number;
  readonly #shards: readonly { readonly path: string; readonly start: number; readonly size: number }[];

  /**
   * `paths` as `model.json` has them: each must be the base name of a regular file beside it. Errors: `unsafe-file` for anything else,
   * `malformed-weights` for a missing one.
   */
  constructor(modelPath: string, modelName: string, paths: readonly string[]) {
    const shards: { path: string; start: number; size: number }[] = [];
    let start = 0;
    for (const name of paths) {
      const path = join(dirname(modelPath), checkBaseName(name, modelName));
      const size = regularFileSize(path, name, modelName);
      shards.push({ path, start, size });
      start += size;
    }
    this.#shards = shards;
    this.sizeBytes = start;
  }

  /** `length` bytes from `offset`, in a fresh buffer, across files where they lie so. The caller checked the range against `sizeBytes`. */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (const { path, start, size } of this.#shards) {
      const from = Math.max(offset, start);
      const to = Math.min(offset + length, start + size);
      if (from >= to) continue;
      const source = openByteSource(path);
      try {
        const part = source.read(from - start, to - from);
        // A plain array: `slice` of a Buffer would share its memory.
        if (part.length === length) return new Uint8Array(part.buffer, part.byteOffset, length);
        bytes.set(part, from - offset);
      } finally {
        source.close();
      }
    }
    return bytes;
  }
}

function checkBaseName(name: string, modelName: string): string {
  if (/^[^/\\\0:]+$/.test(name) && name !== '.' && name !== '..') return name;
  throw new TorchliftError('unsafe-file', {
    what: `the weights are said to lie in ${JSON.stringify(name.slice(0, 200))}, which is no plain file name`,
    where: `${modelName}: weightsManifest`,
    remedy: 'Put the weight files beside model.json and name them there without a folder or address.',
  });
}

function regularFileSize(path: string, name: string, modelName: string): number {
  let stats: ReturnType<typeof lstatSync>;
  try {
    stats = lstatSync(path);
  } catch (cause) {
    throw new TorchliftError('malformed-weights', {
      what: `the weight file ${JSON.stringify(name)} is missing`,
      where: `${modelName}: weightsManifest`,
      remedy: 'Copy all weight files into the folder of model.json.',
      cause,
    });
  }
  if (stats.isFile()) return stats.size;
  throw new TorchliftError('unsafe-file', {
    what: `the weight file ${JSON.stringify(name)} is ${stats.isSymbolicLink() ? 'a symbolic link' : 'no regular file'}`,
    where: `${modelName}: weightsManifest`,
    remedy: 'Put the weight files themselves beside model.json.',
  });
}
