/**
 * Where an opcode's argument stands: nowhere · so many bytes · after its own length of 1, 4 or 8 little-endian bytes · up to a newline, once or twice.
 */
export type PickleArgument = 'none' | 'line' | 'two-lines' | { readonly bytes: number } | { readonly lengthBytes: 1 | 4 | 8 };

/**
 * What a scanner must do beyond moving the stack. `text…`: the pushed value is its argument, as UTF-8, quoted, or with escapes.
 * `call`: runs a constructor, a function or `__setstate__`. `opaque`: gives an object that the pickle doesn't name.
 */
export type PickleRole =
  | 'text'
  | 'text-quoted'
  | 'text-escaped'
  | 'global'
  | 'stack-global'
  | 'inst'
  | 'call'
  | 'opaque'
  | 'persistent'
  | 'put'
  | 'put-text'
  | 'memoize'
  | 'get'
  | 'get-text'
  | 'mark'
  | 'pop'
  | 'dup'
  | 'proto'
  | 'stop';

export interface PickleOpcode {
  readonly name: string;
  readonly argument: PickleArgument;
  /** Values taken from the stack; all down to the last mark and the mark itself. What stays under them (APPEND's list) isn't counted. */
  readonly takes: number | 'mark';
  readonly gives: 0 | 1;
  readonly role: PickleRole | undefined;
}

const byte = (bytes: number) => ({ bytes });
const counted = (lengthBytes: 1 | 4 | 8) => ({ lengthBytes });

/** Source: CPython 3.13, Lib/pickletools.py, protocols 0 to 5. */
const ROWS: readonly (readonly [code: number, name: string, PickleArgument, takes: number | 'mark', gives: 0 | 1, role?: PickleRole])[] = [
  [0x28, 'MARK', 'none', 0, 0, 'mark'],
  [0x29, 'EMPTY_TUPLE', 'none', 0, 1],
  [0x2e, 'STOP', 'none', 1, 0, 'stop'],
  [0x30, 'POP', 'none', 0, 0, 'pop'],
  [0x31, 'POP_MARK', 'none', 'mark', 0],
  [0x32, 'DUP', 'none', 0, 0, 'dup'],
  [0x42, 'BINBYTES', counted(4), 0, 1],
  [0x43, 'SHORT_BINBYTES', counted(1), 0, 1],
  [0x46, 'FLOAT', 'line', 0, 1],
  [0x47, 'BINFLOAT', byte(8), 0, 1],
  [0x49, 'INT', 'line', 0, 1],
  [0x4a, 'BININT', byte(4), 0, 1],
  [0x4b, 'BININT1', byte(1), 0, 1],
  [0x4c, 'LONG', 'line', 0, 1],
  [0x4d, 'BININT2', byte(2), 0, 1],
  [0x4e, 'NONE', 'none', 0, 1],
  [0x50, 'PERSID', 'line', 0, 1, 'persistent'],
  [0x51, 'BINPERSID', 'none', 1, 1, 'persistent'],
  [0x52, 'REDUCE', 'none', 2, 1, 'call'],
  [0x53, 'STRING', 'line', 0, 1, 'text-quoted'],
  [0x54, 'BINSTRING', counted(4), 0, 1, 'text'],
  [0x55, 'SHORT_BINSTRING', counted(1), 0, 1, 'text'],
  [0x56, 'UNICODE', 'line', 0, 1, 'text-escaped'],
  [0x58, 'BINUNICODE', counted(4), 0, 1, 'text'],
  [0x5d, 'EMPTY_LIST', 'none', 0, 1],
  [0x61, 'APPEND', 'none', 1, 0],
  [0x62, 'BUILD', 'none', 1, 0, 'call'],
  [0x63, 'GLOBAL', 'two-lines', 0, 1, 'global'],
  [0x64, 'DICT', 'none', 'mark', 1],
  [0x65, 'APPENDS', 'none', 'mark', 0],
  [0x67, 'GET', 'line', 0, 0, 'get-text'],
  [0x68, 'BINGET', byte(1), 0, 0, 'get'],
  [0x69, 'INST', 'two-lines', 'mark', 1, 'inst'],
  [0x6a, 'LONG_BINGET', byte(4), 0, 0, 'get'],
  [0x6c, 'LIST', 'none', 'mark', 1],
  [0x6f, 'OBJ', 'none', 'mark', 1, 'call'],
  [0x70, 'PUT', 'line', 0, 0, 'put-text'],
  [0x71, 'BINPUT', byte(1), 0, 0, 'put'],
  [0x72, 'LONG_BINPUT', byte(4), 0, 0, 'put'],
  [0x73, 'SETITEM', 'none', 2, 0],
  [0x74, 'TUPLE', 'none', 'mark', 1],
  [0x75, 'SETITEMS', 'none', 'mark', 0],
  [0x7d, 'EMPTY_DICT', 'none', 0, 1],
  [0x80, 'PROTO', byte(1), 0, 0, 'proto'],
  [0x81, 'NEWOBJ', 'none', 2, 1, 'call'],
  [0x82, 'EXT1', byte(1), 0, 1, 'opaque'],
  [0x83, 'EXT2', byte(2), 0, 1, 'opaque'],
  [0x84, 'EXT4', byte(4), 0, 1, 'opaque'],
  [0x85, 'TUPLE1', 'none', 1, 1],
  [0x86, 'TUPLE2', 'none', 2, 1],
  [0x87, 'TUPLE3', 'none', 3, 1],
  [0x88, 'NEWTRUE', 'none', 0, 1],
  [0x89, 'NEWFALSE', 'none', 0, 1],
  [0x8a, 'LONG1', counted(1), 0, 1],
  [0x8b, 'LONG4', counted(4), 0, 1],
  [0x8c, 'SHORT_BINUNICODE', counted(1), 0, 1, 'text'],
  [0x8d, 'BINUNICODE8', counted(8), 0, 1, 'text'],
  [0x8e, 'BINBYTES8', counted(8), 0, 1],
  [0x8f, 'EMPTY_SET', 'none', 0, 1],
  [0x90, 'ADDITEMS', 'none', 'mark', 0],
  [0x91, 'FROZENSET', 'none', 'mark', 1],
  [0x92, 'NEWOBJ_EX', 'none', 3, 1, 'call'],
  [0x93, 'STACK_GLOBAL', 'none', 2, 1, 'stack-global'],
  [0x94, 'MEMOIZE', 'none', 0, 0, 'memoize'],
  [0x95, 'FRAME', byte(8), 0, 0],
  [0x96, 'BYTEARRAY8', counted(8), 0, 1],
  [0x97, 'NEXT_BUFFER', 'none', 0, 1, 'opaque'],
  [0x98, 'READONLY_BUFFER', 'none', 1, 1],
];

/** By the opcode's byte; undefined where there is none. */
export const OPCODES: readonly (PickleOpcode | undefined)[] = Array.from({ length: 256 }, (_, code) => {
  const row = ROWS.find((candidate) => candidate[0] === code);
  if (row === undefined) return undefined;
  const [, name, argument, takes, gives, role] = row;
  return { name, argument, takes, gives, role };
});
