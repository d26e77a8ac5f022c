import { describe, expect, it } from 'vitest';
import { mutations, truncations } from '../files/testing/damage.ts';
import { encodePickle } from './encode-pickle.ts';
import { global, reduce, tuple } from './pickle-value.ts';
import { type PickleScan, scanPickle } from './scan-pickle.ts';

const names = ({ globals }: PickleScan) => globals.map(({ module, name }) => `${module} ${name}`).join(', ');
const scanText = (text: string) => scanPickle(Buffer.from(text, 'latin1'));

/**
 * `[data, Evil(), data]` as CPython 3.11 pickles it in every protocol, with the number of opcodes that pickletools counts. `data` holds a dict of
 * lists, floats, big integers, bytes, sets, tuples of 0 to 5 items, an OrderedDict and a bytearray; `Evil.__reduce__` gives `(print, ('hi',))`.
 */
const BY_CPYTHON: readonly { protocol: number; opcodes: number; globals: string; base64: string }[] = [
  {
    protocol: 0,
    opcodes: 146,
    globals: '_codecs encode, __builtin__ set, __builtin__ frozenset, collections OrderedDict, __builtin__ bytearray, __builtin__ print',
    base64:
      'KGxwMAooZHAxClZhCnAyCihscDMKSTEKYUYyLjUKYU5hSTAxCmFjX2NvZGVjcwplbmNvZGUKcDQKKFZ4eQpwNQpWbGF0aW4xCnA2CnRwNwpScDgKYVbpCnA5CmFMMTE4MDU5MTYyMDcxNzQxMTMwMzQyNEwKYUktMQphSTcwMDAwCmFzVnMKcDEwCmNfX2J1aWx0aW5fXwpzZXQKcDExCigobHAxMgpJMQphdHAxMwpScDE0CnNWZgpwMTUKY19fYnVpbHRpbl9fCmZyb3plbnNldApwMTYKKChscDE3CkkzCmF0cDE4ClJwMTkKc1ZvCnAyMApjY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcDIxCih0UnAyMgpnMgpJMQpzc1ZiCnAyMwpjX19idWlsdGluX18KYnl0ZWFycmF5CnAyNAooZzQKKFZxCnAyNQpnNgp0cDI2ClJwMjcKdHAyOApScDI5CnNWdApwMzAKKEkxCkkyCkkzCkk0Cih0dHAzMQpzVnUKcDMyCihJMQooSTIKSTMKdHAzMwooSTQKSTUKSTYKdHAzNAp0cDM1CnNhY19fYnVpbHRpbl9fCnByaW50CnAzNgooVmhpCnAzNwp0cDM4ClJwMzkKYWcxCmEu',
  },
  {
    protocol: 1,
    opcodes: 126,
    globals: '_codecs encode, __builtin__ set, __builtin__ frozenset, collections OrderedDict, __builtin__ bytearray, __builtin__ print',
    base64:
      'XXEAKH1xAShYAQAAAGFxAl1xAyhLAUdABAAAAAAAAE5JMDEKY19jb2RlY3MKZW5jb2RlCnEEKFgCAAAAeHlxBVgGAAAAbGF0aW4xcQZ0cQdScQhYAgAAAMOpcQlMMTE4MDU5MTYyMDcxNzQxMTMwMzQyNEwKSv////9KcBEBAGVYAQAAAHNxCmNfX2J1aWx0aW5fXwpzZXQKcQsoXXEMSwFhdHENUnEOWAEAAABmcQ9jX19idWlsdGluX18KZnJvemVuc2V0CnEQKF1xEUsDYXRxElJxE1gBAAAAb3EUY2NvbGxlY3Rpb25zCk9yZGVyZWREaWN0CnEVKVJxFmgCSwFzWAEAAABicRdjX19idWlsdGluX18KYnl0ZWFycmF5CnEYKGgEKFgBAAAAcXEZaAZ0cRpScRt0cRxScR1YAQAAAHRxHihLAUsCSwNLBCl0cR9YAQAAAHVxIChLAShLAksDdHEhKEsESwVLBnRxInRxI3VjX19idWlsdGluX18KcHJpbnQKcSQoWAIAAABoaXEldHEmUnEnaAFlLg==',
  },
  {
    protocol: 2,
    opcodes: 118,
    globals: '_codecs encode, __builtin__ set, __builtin__ frozenset, collections OrderedDict, __builtin__ bytearray, __builtin__ print',
    base64:
      'gAJdcQAofXEBKFgBAAAAYXECXXEDKEsBR0AEAAAAAAAATohjX2NvZGVjcwplbmNvZGUKcQRYAgAAAHh5cQVYBgAAAGxhdGluMXEGhnEHUnEIWAIAAADDqXEJigkAAAAAAAAAAEBK/////0pwEQEAZVgBAAAAc3EKY19fYnVpbHRpbl9fCnNldApxC11xDEsBYYVxDVJxDlgBAAAAZnEPY19fYnVpbHRpbl9fCmZyb3plbnNldApxEF1xEUsDYYVxElJxE1gBAAAAb3EUY2NvbGxlY3Rpb25zCk9yZGVyZWREaWN0CnEVKVJxFmgCSwFzWAEAAABicRdjX19idWlsdGluX18KYnl0ZWFycmF5CnEYaARYAQAAAHFxGWgGhnEaUnEbhXEcUnEdWAEAAAB0cR4oSwFLAksDSwQpdHEfWAEAAAB1cSBLAUsCSwOGcSFLBEsFSwaHcSKHcSN1Y19fYnVpbHRpbl9fCnByaW50CnEkWAIAAABoaXElhXEmUnEnaAFlLg==',
  },
  {
    protocol: 3,
    opcodes: 104,
    globals: 'builtins set, builtins frozenset, collections OrderedDict, builtins bytearray, builtins print',
    base64:
      'gANdcQAofXEBKFgBAAAAYXECXXEDKEsBR0AEAAAAAAAATohDAnh5cQRYAgAAAMOpcQWKCQAAAAAAAAAAQEr/////SnARAQBlWAEAAABzcQZjYnVpbHRpbnMKc2V0CnEHXXEISwFhhXEJUnEKWAEAAABmcQtjYnVpbHRpbnMKZnJvemVuc2V0CnEMXXENSwNhhXEOUnEPWAEAAABvcRBjY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcREpUnESaAJLAXNYAQAAAGJxE2NidWlsdGlucwpieXRlYXJyYXkKcRRDAXFxFYVxFlJxF1gBAAAAdHEYKEsBSwJLA0sEKXRxGVgBAAAAdXEaSwFLAksDhnEbSwRLBUsGh3Ech3EddWNidWlsdGlucwpwcmludApxHlgCAAAAaGlxH4VxIFJxIWgBZS4=',
  },
  {
    protocol: 4,
    opcodes: 106,
    globals: 'collections OrderedDict, builtins bytearray, builtins print',
    base64:
      'gASV5QAAAAAAAABdlCh9lCiMAWGUXZQoSwFHQAQAAAAAAABOiEMCeHmUjALDqZSKCQAAAAAAAAAAQEr/////SnARAQBljAFzlI+UKEsBkIwBZpQoSwORlIwBb5SMC2NvbGxlY3Rpb25zlIwLT3JkZXJlZERpY3SUk5QpUpRoAksBc4wBYpSMCGJ1aWx0aW5zlIwJYnl0ZWFycmF5lJOUQwFxlIWUUpSMAXSUKEsBSwJLA0sEKXSUjAF1lEsBSwJLA4aUSwRLBUsGh5SHlHWMCGJ1aWx0aW5zlIwFcHJpbnSUk5SMAmhplIWUUpRoAWUu',
  },
  {
    protocol: 5,
    opcodes: 96,
    globals: 'collections OrderedDict, builtins print',
    base64:
      'gAWVzwAAAAAAAABdlCh9lCiMAWGUXZQoSwFHQAQAAAAAAABOiEMCeHmUjALDqZSKCQAAAAAAAAAAQEr/////SnARAQBljAFzlI+UKEsBkIwBZpQoSwORlIwBb5SMC2NvbGxlY3Rpb25zlIwLT3JkZXJlZERpY3SUk5QpUpRoAksBc4wBYpSWAQAAAAAAAABxlIwBdJQoSwFLAksDSwQpdJSMAXWUSwFLAksDhpRLBEsFSwaHlIeUdYwIYnVpbHRpbnOUjAVwcmludJSTlIwCaGmUhZRSlGgBZS4=',
  },
];

describe('scanPickle', () => {
  it.each(BY_CPYTHON)('follows protocol $protocol to its end', ({ protocol, opcodes, globals, base64 }) => {
    const bytes = Buffer.from(base64, 'base64');
    const scan = scanPickle(bytes);
    expect(scan).toMatchObject({ problem: undefined, opcodes, end: bytes.byteLength, opaque: [], protocol: protocol < 2 ? undefined : protocol });
    expect(names(scan)).toBe(globals);
  });

  it('reads what our own writer writes', () => {
    const scan = scanPickle(
      encodePickle({ kind: 'object', class: global('__torch__', 'M'), attributes: [['a', reduce(global('x.y', 'z'), tuple(1, 2 ** 40))]] }),
    );
    expect(names(scan)).toBe('__torch__ M, x.y z');
    expect(scan).toMatchObject({ calls: 3, persistentIds: 0, problem: undefined });
  });

  it('starts and ends where a pickle does', () => {
    expect(scanPickle(Buffer.from('junkN.rest'), { start: 4 })).toMatchObject({ end: 6, opcodes: 2, problem: undefined });
  });

  it.each([
    ['GLOBAL', 'cos\nsystem\n.'],
    ['INST', "(S'echo'\nios\nsystem\n."],
    ['STACK_GLOBAL of short texts', '\x8c\x02os\x8c\x06system\x93.'],
    ['STACK_GLOBAL of quoted texts', `S'os'\nS"system"\n\x93.`],
    ['STACK_GLOBAL of texts by line', 'Vos\nVsystem\n\x93.'],
    ['STACK_GLOBAL of binary texts', 'U\x02osT\x06\0\0\0system\x93.'],
    ['STACK_GLOBAL of texts with an 8-byte length', '\x8d\x02\0\0\0\0\0\0\0osX\x06\0\0\0system\x93.'],
    ['the memo, by PUT and GET', '\x8c\x02osp7\n0\x8c\x06systemp8\n0g7\ng8\n\x93.'],
    ['the memo, by BINPUT and LONG_BINGET', '\x8c\x02osq\x070\x8c\x06systemr\x08\0\0\x000j\x07\0\0\0h\x08\x93.'],
    ['the memo, by MEMOIZE', '\x8c\x02os\x940\x8c\x06system\x940h\0h\x01\x93.'],
    ['a copy', '\x8c\x06system0\x8c\x02os2N0\x8c\x06system\x93.'],
    ['what marks and POP leave', '(\x8c\x02os\x8c\x06systemN0(N1\x93.'],
  ])('resolves %s', (_, text) => {
    const scan = scanText(text);
    expect(names(scan)).toBe('os system');
    expect(scan.problem).toBeUndefined();
  });

  it.each([
    ['STACK_GLOBAL of a computed name', 'Vos\nN\x93.', 'STACK_GLOBAL'],
    ['STACK_GLOBAL of a name with escapes', "S'os'\nS'\\\\x73ystem'\n\x93.", 'STACK_GLOBAL'],
    ['STACK_GLOBAL of an overlong name', `\x8c\x02osX\x58\x02\0\0${'a'.repeat(600)}\x93.`, 'STACK_GLOBAL'],
    ['an extension code', '\x82\x01.', 'EXT1'],
    ['a buffer from outside', '\x97.', 'NEXT_BUFFER'],
  ])('reports %s', (_, text, opcode) => {
    expect(scanText(text)).toMatchObject({ opaque: [{ opcode }], problem: undefined });
  });

  it('counts persistent ids and calls', () => {
    expect(scanText('Pid\nVx\nQ\x86ca\nb\n)RN)\x81N)N\x92}b0(ca\nb\no00\x97.')).toMatchObject({ persistentIds: 2, calls: 5, problem: undefined });
  });

  // An unpickler runs a pickle up to its damage, so what stands before it counts.
  it.each([
    ['no STOP', 'cos\nsystem\n', 'without STOP'],
    ['an unknown opcode', 'cos\nsystem\n\xff.', 'no opcode'],
    ['an empty stack', 'cos\nsystem\n00.', 'empty stack'],
    ['no mark', 'cos\nsystem\nt.', 'too little'],
    ['a value below the mark', 'cos\nsystem\n(R.', 'too little'],
    ['an argument that is cut short', 'cos\nsystem\nX\xff\0\0\0abc', 'past the end'],
    ['a length of 2^63', 'cos\nsystem\n\x8d\0\0\0\0\0\0\0\x80abc', 'past the end'],
    ['a line without end', 'cos\nsystem\nVabc', 'past the end'],
    ['an empty memo', 'cos\nsystem\nh\x01.', 'never remembered'],
    ['a memo index in words', 'cos\nsystem\npone\n.', 'no number'],
    ['STACK_GLOBAL on too little', 'cos\nsystem\n\x93.', 'too little'],
  ])('stops at %s and keeps what it found', (_, text, problem) => {
    const scan = scanText(text);
    expect(names(scan)).toBe('os system');
    expect(scan.problem?.what).toContain(problem);
  });

  it('cuts overlong names, so that they match no list', () => {
    const [first] = scanText(`cos\n${'a'.repeat(600)}\n.`).globals;
    expect(first?.name).toBe(`${'a'.repeat(512)}…`);
  });

  it.each([
    ['a deep stack', Buffer.alloc(1.1e6, 'N'), 'too deep'],
    ['deep marks', Buffer.alloc(1.1e6, '('), 'too deep'],
    ['a deep stack of copies', Buffer.concat([Buffer.from('N'), Buffer.alloc(1.1e6, '2')]), 'too deep'],
    ['a large memo', Buffer.concat([Buffer.from('N'), Buffer.alloc(1.1e6, 0x94)]), 'remembered'],
    ['many names', Buffer.from(Array.from({ length: 10_002 }, (_, index) => `cm\nn${index}\n0`).join('')), 'imports more than'],
    ['a long pickle', Buffer.alloc((64 << 20) + 1), 'at most'],
  ])('is bounded: %s', (_, bytes, problem) => {
    expect(scanPickle(bytes).problem?.what).toContain(problem);
  });

  it('is bounded: many opcodes', () => {
    expect(scanPickle(Buffer.from('N0N0N.'), { maxOpcodes: 5 }).problem?.what).toContain('more than 5 opcodes');
    expect(scanPickle(Buffer.from('N0N0N.'), { maxOpcodes: 6 }).problem).toBeUndefined();
  });

  it('never throws, and always ends, on damaged pickles', () => {
    for (const { base64 } of BY_CPYTHON) {
      const bytes = Buffer.from(base64, 'base64');
      for (const cut of truncations(bytes)) expect(scanPickle(cut).problem).toBeDefined();
      for (const mutated of mutations(bytes, 500)) expect(scanPickle(mutated).end).toBeLessThanOrEqual(bytes.byteLength);
    }
  });
});
