import { invariant } from '../../core/errors.ts';
import type { ByteSink } from '../files/byte-sink.ts';
import { crc32 } from './crc32.ts';
import { entryNameProblem } from './entry-name.ts';
import { type EntryHeader, encodeCentralHeader, encodeEnd, encodeLocalHeader } from './headers.ts';

/**
 * Writes a zip archive of stored entries, front to back and without seeking: what PyTorch's archives are.
 * The bytes depend on names and data only, never on the day. ZIP64 where a size, an offset or the number of entries needs it.
 */
export class ZipWriter {
  readonly #sink: ByteSink;
  /** Offsets count from here: the archive may follow other bytes of the sink. */
  readonly #start: number;
  readonly #entries: EntryHeader[] = [];
  readonly #names = new Set<string>();
  #finished = false;

  constructor(sink: ByteSink) {
    this.#sink = sink;
    this.#start = sink.position;
  }

  /**
   * Adds one entry; `data` is read twice (CRC, sink) and never copied here. `alignment`: the data starts at a multiple of so many bytes from
   * the archive's start.
   */
  add(name: string, data: Uint8Array, { alignment }: { alignment?: number } = {}): void {
    invariant(!this.#finished, 'an entry was added to a finished zip archive');
    const problem = entryNameProblem(name);
    invariant(problem === undefined, `the zip entry name ${JSON.stringify(name)} ${problem}`);
    invariant(!this.#names.has(name), `the zip entry ${JSON.stringify(name)} was written twice`);
    const entry: EntryHeader = { name, crc32: crc32(data), sizeBytes: data.byteLength, offset: this.#sink.position - this.#start };
    this.#sink.write(encodeLocalHeader(entry, alignment));
    this.#sink.write(data);
    this.#names.add(name);
    this.#entries.push(entry);
  }

  /** Writes the central directory. */
  finish(): void {
    invariant(!this.#finished, 'a zip archive was finished twice');
    this.#finished = true;
    const directoryOffset = this.#sink.position - this.#start;
    for (const entry of this.#entries) this.#sink.write(encodeCentralHeader(entry));
    this.#sink.write(encodeEnd(this.#entries.length, directoryOffset, this.#sink.position - this.#start - directoryOffset));
  }
}
