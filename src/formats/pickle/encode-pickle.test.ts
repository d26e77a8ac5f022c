import { describe, expect, it } from 'vitest';
import { encodePickle } from './encode-pickle.ts';
import { global, type PickleValue, reduce, tuple } from './pickle-value.ts';

/** Without PROTO 2 and STOP. */
function body(value: PickleValue): string {
  const bytes = Buffer.from(encodePickle(value));
  expect(bytes.subarray(0, 2).toString('hex')).toBe('8002');
  expect(bytes.at(-1)).toBe(0x2e);
  return bytes.subarray(2, -1).toString('latin1');
}

describe('encodePickle', () => {
  it.each<[PickleValue, string]>([
    [null, 'N'],
    [true, '\x88'],
    [false, '\x89'],
    [0, 'J\0\0\0\0'],
    [-1, 'J\xff\xff\xff\xff'],
    [2 ** 31 - 1, 'J\xff\xff\xff\x7f'],
    [-(2 ** 31), 'J\0\0\0\x80'],
    // PyTorch's reader takes LONG1 of 8 bytes only.
    [2 ** 31, '\x8a\x08\0\0\0\x80\0\0\0\0'],
    [-(2 ** 31) - 1, '\x8a\x08\xff\xff\xff\x7f\xff\xff\xff\xff'],
    [2n ** 63n - 1n, '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f'],
    ['é', 'X\x02\0\0\0\xc3\xa9'],
    ['', 'X\0\0\0\0'],
    [tuple(), ')'],
    [tuple(null, tuple(true)), '(N(\x88tt'],
    [global('collections', 'OrderedDict'), 'ccollections\nOrderedDict\n'],
    [reduce(global('collections', 'OrderedDict')), 'ccollections\nOrderedDict\n)R'],
    [reduce(global('a', 'b'), null), 'ca\nb\n(NtR'],
    [{ kind: 'persistent', id: tuple('x') }, '(X\x01\0\0\0xtQ'],
    [{ kind: 'object', class: global('__torch__', 'M'), attributes: [['a', true]] }, 'c__torch__\nM\n)\x81}(X\x01\0\0\0a\x88ub'],
  ])('case %#', (value, expected) => expect(body(value)).toBe(expected));

  it('refuses what a pickle would hold wrongly', () => {
    for (const value of [0.5, 2 ** 53, Number.NaN, 2n ** 63n]) expect(() => encodePickle(value)).toThrow();
    expect(() => encodePickle(global('os\nsystem', 'x'))).toThrow("can't be a pickle's global");
  });
});
