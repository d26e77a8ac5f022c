import { invariant } from '../../core/errors.ts';
import type { PickleValue } from './pickle-value.ts';

/**
 * A value as a pickle of protocol 2, in the opcodes that PyTorch's C++ unpickler knows. Nothing is memoised: equal parts are written again.
 * Source: CPython's pickletools.py, and torch/csrc/jit/serialization/unpickler.cpp for what TorchScript reads.
 */
export function encodePickle(value: PickleValue): Uint8Array {
  const chunks: Uint8Array[] = [Uint8Array.of(0x80, 2)]; // PROTO 2
  encode(value, chunks);
  chunks.push(ascii('.')); // STOP
  return Buffer.concat(chunks);
}

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

function encode(value: PickleValue, chunks: Uint8Array[]): void {
  if (value === null) chunks.push(ascii('N'));
  else if (typeof value === 'boolean')
    chunks.push(Uint8Array.of(value ? 0x88 : 0x89)); // NEWTRUE, NEWFALSE
  else if (typeof value === 'number' || typeof value === 'bigint') chunks.push(encodeInteger(value));
  else if (typeof value === 'string') chunks.push(encodeString(value));
  else {
    switch (value.kind) {
      case 'tuple':
        encodeTuple(value.items, chunks);
        return;
      case 'global':
        for (const part of [value.module, value.name]) invariant(/^[\w.]+$/.test(part), `${JSON.stringify(part)} can't be a pickle's global`);
        chunks.push(ascii(`c${value.module}\n${value.name}\n`));
        return;
      case 'reduce':
        encode(value.callable, chunks);
        encodeTuple(value.args, chunks);
        chunks.push(ascii('R'));
        return;
      case 'persistent':
        encode(value.id, chunks);
        chunks.push(ascii('Q')); // BINPERSID
        return;
      case 'object':
        encode(value.class, chunks);
        chunks.push(Uint8Array.of(0x29, 0x81), ascii('}(')); // EMPTY_TUPLE NEWOBJ EMPTY_DICT MARK
        for (const [name, attribute] of value.attributes) {
          chunks.push(encodeString(name));
          encode(attribute, chunks);
        }
        chunks.push(ascii('ub')); // SETITEMS BUILD
        return;
    }
  }
}

function encodeTuple(items: readonly PickleValue[], chunks: Uint8Array[]): void {
  if (items.length === 0) {
    chunks.push(ascii(')'));
    return;
  }
  chunks.push(ascii('('));
  for (const item of items) encode(item, chunks);
  chunks.push(ascii('t'));
}

/** BININT within 32 bits, else LONG1 of exactly 8 bytes: PyTorch's reader takes no other length. */
function encodeInteger(value: number | bigint): Uint8Array {
  invariant(typeof value === 'bigint' || Number.isSafeInteger(value), `${value} is no integer that a pickle can hold exactly`);
  if (value >= INT32_MIN && value <= INT32_MAX) {
    const bytes = Buffer.alloc(5);
    bytes.write('J');
    bytes.writeInt32LE(Number(value), 1);
    return bytes;
  }
  const bytes = Buffer.alloc(10);
  bytes[0] = 0x8a;
  bytes[1] = 8;
  const wide = BigInt(value);
  invariant(BigInt.asIntN(64, wide) === wide, `${value} doesn't fit into 64 bits`);
  bytes.writeBigInt64LE(wide, 2);
  return bytes;
}

/** BINUNICODE. */
function encodeString(value: string): Uint8Array {
  const text = Buffer.from(value, 'utf8');
  const head = Buffer.alloc(5);
  head.write('X');
  head.writeUInt32LE(text.byteLength, 1);
  return Buffer.concat([head, text]);
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
