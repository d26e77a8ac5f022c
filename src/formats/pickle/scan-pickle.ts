import { OPCODES, type PickleArgument, type PickleOpcode } from './opcodes.ts';
import { PickleStack, UNKNOWN } from './pickle-stack.ts';

/** Weights stand outside the pickle; what describes a hundred thousand tensors has 20 MB. */
export const MAX_PICKLE_BYTES = 64 << 20;
/** Forty-five describe a tensor: twice as many as for a hundred thousand of them. Bounds the time to seconds. */
const MAX_OPCODES = 10_000_000;
/** Names that one pickle may import; a whole pickled training state has some hundred. */
const MAX_GLOBALS = 10_000;
/** Findings that are kept of each kind, for the message's sake. */
const MAX_FINDINGS = 100;
/** Longer names are no Python names; they are cut, and match no allow-list. */
const MAX_NAME_BYTES = 512;

export interface PickleGlobal {
  readonly module: string;
  readonly name: string;
}

export interface PickleScan {
  /** Of the last PROTO opcode; undefined in protocols 0 and 1. */
  readonly protocol: number | undefined;
  /** Every name that loading would import (GLOBAL, INST, STACK_GLOBAL), once each, in order of first use. */
  readonly globals: readonly PickleGlobal[];
  /**
   * Opcodes that no model needs and whose effect can't be told from the bytes: STACK_GLOBAL on a computed name, extension registry codes,
   * out-of-band buffers. At most 100.
   */
  readonly opaque: readonly { readonly opcode: string; readonly offset: number }[];
  /** Objects that the reader supplies: a model's storages. */
  readonly persistentIds: number;
  /** Opcodes that call something: REDUCE, BUILD, NEWOBJ, NEWOBJ_EX, OBJ, INST. */
  readonly calls: number;
  readonly opcodes: number;
  /** The first byte after STOP, or where the scan ended. */
  readonly end: number;
  /**
   * Why the scan couldn't go on. What stands before it is listed all the same: an unpickler runs a damaged pickle up to its damage,
   * so such a pickle is to be judged unsafe, not unreadable.
   */
  readonly problem: { readonly what: string; readonly offset: number } | undefined;
}

export interface ScanOptions {
  /** Where the pickle starts; 0 unless given. */
  readonly start?: number;
  readonly maxOpcodes?: number;
}

/**
 * Lists what loading a pickle (protocols 0 to 5) would import and call, without doing any of it. Never throws: see `problem`.
 * Time and memory are bounded by the length. Where Python would refuse and this scan doesn't, it lists more, never less.
 */
export function scanPickle(bytes: Uint8Array, { start = 0, maxOpcodes = MAX_OPCODES }: ScanOptions = {}): PickleScan {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack = new PickleStack();
  const globals = new Map<string, PickleGlobal>();
  const opaque: { opcode: string; offset: number }[] = [];
  let protocol: number | undefined;
  let persistentIds = 0;
  let calls = 0;
  let opcodes = 0;
  let at = start;
  const argument: ArgumentSpan = { start, end: start, next: start };
  const finish = (problem?: string, offset = at): PickleScan => ({
    protocol,
    globals: [...globals.values()],
    opaque,
    persistentIds,
    calls,
    opcodes,
    end: at,
    problem: problem === undefined ? undefined : { what: problem, offset },
  });
  const addGlobal = (module: string, name: string) => globals.set(`${module}\n${name}`, { module, name });
  const addOpaque = (opcode: string, offset: number) => {
    if (opaque.length < MAX_FINDINGS) opaque.push({ opcode, offset });
  };

  if (bytes.byteLength > MAX_PICKLE_BYTES) return finish(`the pickle has ${bytes.byteLength} bytes; at most ${MAX_PICKLE_BYTES} are looked at`);
  for (;;) {
    const offset = at;
    const code = bytes[at];
    if (code === undefined) return finish('the pickle ends without STOP');
    const opcode = OPCODES[code];
    if (opcode === undefined) return finish(`0x${code.toString(16).padStart(2, '0')} is no opcode`);
    if (!locateArgument(bytes, view, at + 1, opcode.argument, argument)) return finish(`the argument of ${opcode.name} reaches past the end`);
    if (opcodes === maxOpcodes) return finish(`the pickle has more than ${maxOpcodes} opcodes`);
    at = argument.next;
    opcodes++;

    let slot = UNKNOWN;
    switch (opcode.role) {
      case undefined:
        break;
      case 'text':
      case 'text-quoted':
      case 'text-escaped':
        slot = offset;
        break;
      case 'global':
      case 'inst': {
        const newline = bytes.indexOf(0x0a, argument.start);
        addGlobal(decodeName(bytes, argument.start, newline), decodeName(bytes, newline + 1, argument.end));
        if (opcode.role === 'inst') calls++;
        break;
      }
      case 'stack-global': {
        const name = decodeText(bytes, view, stack.top(0));
        const module = decodeText(bytes, view, stack.top(1));
        if (name !== undefined && module !== undefined) addGlobal(module, name);
        else addOpaque(opcode.name, offset);
        break;
      }
      case 'call':
        calls++;
        break;
      case 'opaque':
        addOpaque(opcode.name, offset);
        break;
      case 'persistent':
        persistentIds++;
        break;
      case 'proto':
        protocol = bytes[argument.start];
        break;
      default: {
        const problem = stack.apply(opcode.role, memoIndex(bytes, view, argument, opcode));
        if (problem !== undefined) return finish(problem, offset);
      }
    }
    if (globals.size > MAX_GLOBALS) return finish(`the pickle imports more than ${MAX_GLOBALS} names`, offset);
    if (!stack.take(opcode.takes)) return finish(`${opcode.name} finds too little on the stack`, offset);
    if (opcode.role === 'stop') return finish();
    if (opcode.gives === 1 && !stack.push(slot)) return finish('the stack is too deep', offset);
  }
}

/** Reused from opcode to opcode: there may be millions. */
interface ArgumentSpan {
  start: number;
  /** Without the newline. */
  end: number;
  next: number;
}

/** Finds the argument at `at`; false where it reaches past the end. */
function locateArgument(bytes: Uint8Array, view: DataView, at: number, argument: PickleArgument, span: ArgumentSpan): boolean {
  span.start = at;
  span.end = at;
  if (argument === 'line' || argument === 'two-lines') {
    span.end = bytes.indexOf(0x0a, at);
    if (span.end >= 0 && argument === 'two-lines') span.end = bytes.indexOf(0x0a, span.end + 1);
    span.next = span.end + 1;
    return span.end >= 0;
  }
  if (argument !== 'none') {
    if ('bytes' in argument) {
      span.end = at + argument.bytes;
    } else {
      span.start = at + argument.lengthBytes;
      if (span.start > bytes.byteLength) return false;
      span.end = span.start + readLength(view, at, argument.lengthBytes);
    }
  }
  span.next = span.end;
  return span.end <= bytes.byteLength;
}

/** Beyond 2^53 the length is inexact, and reaches past any end. */
function readLength(view: DataView, at: number, lengthBytes: 1 | 4 | 8): number {
  if (lengthBytes === 1) return view.getUint8(at);
  return lengthBytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

/**
 * The text that the opcode at `offset` pushes, for a name; undefined where there is none, and where it is too long or written with escapes, as no
 * pickler writes a name.
 */
function decodeText(bytes: Uint8Array, view: DataView, offset: number): string | undefined {
  const opcode = OPCODES[bytes[offset] ?? 0];
  const span: ArgumentSpan = { start: 0, end: 0, next: 0 };
  if (offset === UNKNOWN || opcode === undefined || !locateArgument(bytes, view, offset + 1, opcode.argument, span)) return undefined;
  if (span.end - span.start > MAX_NAME_BYTES) return undefined;
  const text = decodeName(bytes, span.start, span.end);
  if (opcode.role === 'text') return text;
  if (text.includes('\\')) return undefined;
  if (opcode.role === 'text-escaped') return text;
  return /^(['"])(.*)\1$/s.exec(text)?.[2];
}

function decodeName(bytes: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(end - start, MAX_NAME_BYTES)).toString('utf8');
  return end - start > MAX_NAME_BYTES ? `${text}…` : text;
}

/** Of a PUT or GET; undefined for other opcodes, NaN for a text that is no plain number. */
function memoIndex(bytes: Uint8Array, view: DataView, { start, end }: ArgumentSpan, { role }: PickleOpcode): number | undefined {
  if (role === 'put' || role === 'get') return end - start === 1 ? bytes[start] : view.getUint32(start, true);
  if (role !== 'put-text' && role !== 'get-text') return undefined;
  const text = decodeName(bytes, start, end);
  return /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
}
