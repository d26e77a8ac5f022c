import { inflateRawSync } from 'node:zlib';
import { TorchliftError } from '../../core/errors.ts';
import type { ByteSource } from '../files/byte-source.ts';
import { readCentralDirectory } from './central-directory.ts';
import { crc32 } from './crc32.ts';
import { findDirectory } from './end-of-directory.ts';
import { readLocalHeader } from './local-header.ts';
import type { ZipEntry } from './zip-entry.ts';
import { zipError } from './zip-error.ts';

/** What all deflated entries of an archive may unfold to together: code and configs are deflated, weights aren't. */
const DEFAULT_MAX_INFLATED_BYTES = 256 << 20;

export interface ZipLimits {
  /** Total over all reads of deflated entries; 256 MiB unless given. */
  readonly maxInflatedBytes?: number;
}

/**
 * A zip archive, listed and read strictly; nothing is ever written to disk.
 *
 * Our own reader and not a library's, since strictness is its point: the libraries read the central directory only. Here central directory and
 * local headers must agree, entries may not overlap, names are unique and stay inside, the first entry starts the file and the directory ends
 * it, and what an entry unfolds to is known before it is allocated. It reads synchronously and by position, as all our formats do.
 */
export class ZipArchive {
  readonly source: ByteSource;
  /** In the central directory's order. */
  readonly entries: readonly ZipEntry[];
  /** Bytes between entries that no entry owns. */
  readonly unlistedBytes: number;
  readonly #byName: ReadonlyMap<string, ZipEntry>;
  #inflatableBytes: number;

  /** Reads and checks the whole directory, no content. Errors: `malformed-file`, `limit-exceeded` (entries), `io`. */
  constructor(source: ByteSource, { maxInflatedBytes = DEFAULT_MAX_INFLATED_BYTES }: ZipLimits = {}) {
    this.source = source;
    this.#inflatableBytes = maxInflatedBytes;
    const place = findDirectory(source);
    const spans = readCentralDirectory(source, place).map((central) => ({ central, span: readLocalHeader(source, central, place.offset) }));
    this.entries = spans.map(({ central: { name, method, sizeBytes, compressedBytes, crc32, headerOffset }, span: { dataOffset } }) => ({
      name,
      method,
      sizeBytes,
      compressedBytes,
      crc32,
      headerOffset,
      dataOffset,
    }));
    this.#byName = new Map(this.entries.map((entry) => [entry.name, entry]));

    const inFileOrder = spans.toSorted((a, b) => a.central.headerOffset - b.central.headerOffset);
    let end = 0;
    let unlisted = 0;
    for (const { central, span } of inFileOrder) {
      if (central.headerOffset < end) throw zipError(source, central.name, 'it overlaps the entry before it');
      // Other bytes in front would make the file two things at once: PyTorch reads a file as a pickle unless it starts with an entry.
      if (end === 0 && central.headerOffset !== 0) throw zipError(source, 0, `${central.headerOffset} bytes stand before the first entry`);
      unlisted += central.headerOffset - end;
      end = span.end;
    }
    this.unlistedBytes = unlisted + place.offset - end;
  }

  get(name: string): ZipEntry | undefined {
    return this.#byName.get(name);
  }

  /**
   * The content of an entry, its checksum verified. The caller must not write to it.
   * Errors: `malformed-file`, `limit-exceeded` (deflated entries that unfold to too much), `unsupported` (another compression), `io`.
   */
  read(entry: ZipEntry): Uint8Array {
    const content = this.#unfold(entry);
    if (crc32(content) !== entry.crc32) throw zipError(this.source, entry.name, "its content doesn't have its checksum");
    return content;
  }

  #unfold(entry: ZipEntry): Uint8Array {
    if (entry.method === 0) return this.source.read(entry.dataOffset, entry.compressedBytes);
    const where = `${this.source.name}: entry ${JSON.stringify(entry.name)}`;
    if (entry.method !== 8) {
      throw new TorchliftError('unsupported', {
        what: `it is compressed by method ${entry.method}; stored (0) and deflated (8) entries are read`,
        where,
        remedy: 'Pack the archive again without compression.',
      });
    }
    if (entry.sizeBytes > this.#inflatableBytes) {
      throw new TorchliftError('limit-exceeded', {
        what: `it unfolds to ${entry.sizeBytes} bytes; ${this.#inflatableBytes} are left of the limit`,
        where,
      });
    }
    this.#inflatableBytes -= entry.sizeBytes;
    const compressed = this.source.read(entry.dataOffset, entry.compressedBytes);
    let buffer: Buffer;
    let consumedBytes: number;
    try {
      // With `info`, Node also returns the engine, which knows how much of the input it used; the types don't say so.
      const result = inflateRawSync(compressed, { maxOutputLength: Math.max(1, entry.sizeBytes), info: true }) as unknown as {
        buffer: Buffer;
        engine: { bytesWritten: number };
      };
      buffer = result.buffer;
      consumedBytes = result.engine.bytesWritten;
    } catch (cause) {
      const tooLong = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      throw zipError(this.source, entry.name, tooLong ? `it unfolds to more than its ${entry.sizeBytes} bytes` : 'its deflated data is damaged');
    }
    if (buffer.byteLength !== entry.sizeBytes || consumedBytes !== entry.compressedBytes) {
      throw zipError(
        this.source,
        entry.name,
        `${consumedBytes} of ${entry.compressedBytes} bytes unfold to ${buffer.byteLength}, not ${entry.sizeBytes}`,
      );
    }
    return buffer;
  }
}
