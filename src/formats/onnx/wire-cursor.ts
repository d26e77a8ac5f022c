import { WireType } from '@bufbuild/protobuf/wire';
import { TorchliftError } from '../../core/errors.ts';
import type { ByteSource } from '../files/byte-source.ts';
import { LIMITS } from './limits.ts';

const WINDOW_BYTES = 65_536;

/** A part of the file: bytes `start` to `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads one protobuf message field by field, by positioned reads through a small window, so that a large file's tensors are stepped
 * over. (protobuf-es' BinaryReader wants the whole message in memory.) Every complaint names the byte offset in the file.
 *
 * ```
 * while (cursor.next()) {
 *   if (cursor.field === 1) name = cursor.string();
 *   else cursor.skip();
 * }
 * ```
 */
export class WireCursor {
  /** Of the field that `next` found. */
  field = 0;
  wireType: WireType = WireType.Varint;
  readonly #shared: Shared;
  readonly #end: number;
  readonly #depth: number;
  #position: number;

  private constructor(shared: Shared, range: ByteRange, depth: number) {
    this.#shared = shared;
    this.#position = range.start;
    this.#end = range.end;
    this.#depth = depth;
  }

  static overFile(file: ByteSource): WireCursor {
    return new WireCursor(new Shared(file), { start: 0, end: file.sizeBytes }, 0);
  }

  get position(): number {
    return this.#position;
  }

  get end(): number {
    return this.#end;
  }

  get file(): ByteSource {
    return this.#shared.file;
  }

  /** Goes to the next field; false at the message's end. */
  next(): boolean {
    if (this.#position >= this.#end) return false;
    const start = this.#position;
    const tag = this.varint();
    const field = tag >> 3n;
    if (field === 0n || tag > 0xffff_ffffn) throw this.malformed(`${tag} is no field tag`, start);
    this.field = Number(field);
    this.wireType = Number(tag & 7n) as WireType;
    return true;
  }

  skip(): void {
    if (this.wireType === WireType.Varint) this.varint();
    else if (this.wireType === WireType.Bit64) this.#advance(8);
    else if (this.wireType === WireType.Bit32) this.#advance(4);
    else this.range();
  }

  /** The bytes of a length-delimited field, stepped over. */
  range(): ByteRange {
    this.#expect(WireType.LengthDelimited);
    const lengthAt = this.#position;
    const length = this.varint();
    if (length > BigInt(this.#end - this.#position)) {
      throw this.malformed(`field ${this.field} declares ${length} bytes, ${this.#end - this.#position} are left in its message`, lengthAt);
    }
    const start = this.#position;
    this.#position += Number(length);
    return { start, end: this.#position };
  }

  /** A cursor over the nested message, which this one has stepped over. */
  message(): WireCursor {
    if (this.#depth >= LIMITS.depth) {
      throw new TorchliftError('limit-exceeded', {
        what: `messages are nested deeper than ${LIMITS.depth}`,
        where: this.#place(this.#position),
        remedy: 'No known exporter writes this; the file may be hostile.',
      });
    }
    return new WireCursor(this.#shared, this.range(), this.#depth + 1);
  }

  string(maxBytes: number = LIMITS.nameBytes): string {
    this.count('items');
    const range = this.range();
    if (range.end - range.start > maxBytes) {
      throw new TorchliftError('limit-exceeded', {
        what: `a text of ${range.end - range.start} bytes, at most ${maxBytes} are read`,
        where: this.#place(range.start),
        remedy: 'No known exporter writes this; the file may be hostile.',
      });
    }
    try {
      return UTF8.decode(this.#shared.bytes(range));
    } catch {
      throw this.malformed('not UTF-8 text', range.start);
    }
  }

  /** An int32, int64 or enum field. */
  integer(): bigint {
    this.#expect(WireType.Varint);
    this.count('items');
    return BigInt.asIntN(64, this.varint());
  }

  /** An integer that must be small: a version, an enum, a size. */
  safeInteger(): number {
    const start = this.#position;
    const value = this.integer();
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) throw this.malformed(`the integer ${value} is out of range`, start);
    return Number(value);
  }

  float(): number {
    this.#expect(WireType.Bit32);
    this.count('items');
    return this.#float();
  }

  /** Values of a repeated number, packed or one of them. */
  integers(into: bigint[]): void {
    if (this.wireType !== WireType.LengthDelimited) into.push(this.integer());
    else this.#packed(() => into.push(BigInt.asIntN(64, this.varint())));
  }

  floats(into: number[]): void {
    if (this.wireType !== WireType.LengthDelimited) into.push(this.float());
    else this.#packed(() => into.push(this.#float()));
  }

  /** Counts against a limit of the whole file. */
  count(what: 'nodes' | 'items'): void {
    this.#shared.counts[what] += 1;
    if (this.#shared.counts[what] > LIMITS[what]) {
      throw new TorchliftError('limit-exceeded', {
        what: `more than ${LIMITS[what].toLocaleString('en')} ${what}`,
        where: this.#place(this.#position),
        remedy: 'No known exporter writes this; the file may be hostile.',
      });
    }
  }

  malformed(what: string, position = this.#position): TorchliftError {
    return new TorchliftError('malformed-file', {
      what,
      where: this.#place(position),
      remedy: 'The file is damaged, truncated or no ONNX model; export it again.',
    });
  }

  /** A base-128 number of at most ten bytes. */
  varint(): bigint {
    const start = this.#position;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 127) << shift;
      if (byte < 128) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw this.malformed('a number of more than ten bytes', start);
  }

  #packed(read: () => void): void {
    const { start, end } = this.range();
    this.#position = start;
    while (this.#position < end) {
      this.count('items');
      read();
    }
    if (this.#position !== end) throw this.malformed('the last number of a list goes beyond it');
  }

  #float(): number {
    const start = this.#position;
    this.#advance(4);
    const bytes = this.#shared.bytes({ start, end: start + 4 });
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
  }

  #advance(count: number): void {
    if (count > this.#end - this.#position) throw this.malformed(`field ${this.field} is cut off`);
    this.#position += count;
  }

  #byte(): number {
    if (this.#position >= this.#end) throw this.malformed('the message is cut off');
    return this.#shared.byte(this.#position++);
  }

  #expect(wireType: WireType): void {
    if (this.wireType !== wireType) throw this.malformed(`field ${this.field} has wire type ${this.wireType}, expected ${wireType}`);
  }

  #place(position: number): string {
    return `${this.#shared.file.name}: byte ${position}`;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What all cursors of one file have in common: the window and the counts. */
class Shared {
  readonly file: ByteSource;
  readonly counts = { nodes: 0, items: 0 };
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;

  constructor(file: ByteSource) {
    this.file = file;
  }

  byte(position: number): number {
    const index = position - this.#windowStart;
    if (index >= 0 && index < this.#window.byteLength) return this.#window[index] as number;
    this.#load(position);
    return this.#window[0] as number;
  }

  bytes({ start, end }: ByteRange): Uint8Array {
    const length = end - start;
    if (length > WINDOW_BYTES) return this.file.read(start, length);
    if (start < this.#windowStart || end > this.#windowStart + this.#window.byteLength) this.#load(start);
    return this.#window.subarray(start - this.#windowStart, end - this.#windowStart);
  }

  #load(position: number): void {
    this.#windowStart = position;
    this.#window = this.file.read(position, Math.min(WINDOW_BYTES, this.file.sizeBytes - position));
  }
}
