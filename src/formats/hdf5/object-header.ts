import { Cursor, type Hdf5Geometry } from './cursor.ts';

/** Header message types that are looked at (HDF5 file format 3.0, IV.A.2). */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

export interface HeaderMessage {
  readonly type: number;
  /** The body is a pointer to a message kept elsewhere. */
  readonly shared: boolean;
  readonly offset: number;
  readonly size: number;
}

/** More than the 65,535 messages that a version 1 header can count is no header of a model. */
const MAX_MESSAGES = 65_536;

/** One object's header, both versions, its continuation blocks followed. Message bodies stay in the file until asked for. */
export class ObjectHeader {
  readonly geometry: Hdf5Geometry;
  readonly address: number;
  readonly messages: readonly HeaderMessage[];

  private constructor(geometry: Hdf5Geometry, address: number, messages: readonly HeaderMessage[]) {
    this.geometry = geometry;
    this.address = address;
    this.messages = messages;
  }

  static read(geometry: Hdf5Geometry, address: number): ObjectHeader {
    const messages: HeaderMessage[] = [];
    const blocks: { address: number; length: number }[] = [];
    const seen = new Set<number>();
    const prefix = Cursor.at(geometry, address, 16);
    const modern = prefix.uint(1) === 0x4f; // the O of OHDR; a version 1 header starts with its version
    let flags = 0;
    if (modern) {
      const size = modernPrefix(geometry, address);
      flags = size.flags;
      blocks.push({ address: size.first, length: size.length });
    } else {
      const again = Cursor.at(geometry, address, 16);
      const version = again.uint(1);
      if (version !== 1) throw again.malformed(`not an object header (version ${version})`);
      again.skip(7);
      blocks.push({ address: address + 16, length: again.uint(4) });
    }
    const readBlock = modern ? readModernMessages : readClassicMessages;
    for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
      const cursor = Cursor.at(geometry, block.address, block.length);
      if (seen.has(block.address)) throw cursor.malformed('an object header continues in a circle');
      seen.add(block.address);
      if (modern && seen.size > 1) cursor.expect('OCHK');
      for (const message of readBlock(cursor, flags, modern && seen.size > 1 ? 4 : 0)) {
        if (messages.length >= MAX_MESSAGES) throw cursor.malformed(`an object header with more than ${MAX_MESSAGES} messages`);
        messages.push(message);
        if (message.type === MESSAGE.continuation) {
          const body = Cursor.at(geometry, message.offset - geometry.base, message.size);
          blocks.push({ address: body.definedAddress(), length: body.length() });
        }
      }
    }
    return new ObjectHeader(geometry, address, messages);
  }

  find(type: number): HeaderMessage | undefined {
    return this.messages.find((message) => message.type === type);
  }

  body(message: HeaderMessage): Cursor {
    return Cursor.at(this.geometry, message.offset - this.geometry.base, message.size);
  }
}

/** `OHDR`, version, flags, times, attribute limits, size of the first block. */
function modernPrefix(geometry: Hdf5Geometry, address: number): { flags: number; first: number; length: number } {
  const start = Cursor.at(geometry, address, 6);
  start.expect('OHDR');
  const version = start.uint(1);
  if (version !== 2) throw start.malformed(`object header version ${version}, expected 2`);
  const flags = start.uint(1);
  const optional = ((flags & 0x20) !== 0 ? 16 : 0) + ((flags & 0x10) !== 0 ? 4 : 0);
  const width = 1 << (flags & 3);
  const length = Cursor.at(geometry, address + 6 + optional, width).uint(width);
  return { flags, first: address + 6 + optional + width, length };
}

function* readClassicMessages(cursor: Cursor): Generator<HeaderMessage> {
  while (cursor.remaining >= 8) {
    const type = cursor.uint(2);
    const size = cursor.uint(2);
    const flags = cursor.uint(1);
    cursor.skip(3);
    const offset = cursor.offset;
    cursor.skip(size);
    yield { type, shared: (flags & 2) !== 0, offset, size };
  }
}

/** `trailer`: the checksum at the end of a continuation block (the first block's stands behind it). */
function* readModernMessages(cursor: Cursor, headerFlags: number, trailer: number): Generator<HeaderMessage> {
  const tracked = (headerFlags & 4) !== 0;
  const prefix = tracked ? 6 : 4;
  // What is left below one prefix is a gap.
  while (cursor.remaining - trailer >= prefix) {
    const type = cursor.uint(1);
    const size = cursor.uint(2);
    const flags = cursor.uint(1);
    if (tracked) cursor.skip(2);
    const offset = cursor.offset;
    cursor.skip(size);
    yield { type, shared: (flags & 2) !== 0, offset, size };
  }
}
