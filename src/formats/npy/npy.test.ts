import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TorchliftError } from '../../core/errors.ts';
import { encodeNpyHeader, MAX_NPY_HEADER_BYTES, parseNpyHeader } from './npy.ts';

const file = (header: string, version = 1) => {
  const text = Buffer.from(header, 'latin1');
  const head = Buffer.alloc(version === 1 ? 10 : 12);
  head.write('\u0093NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(text.length, 8);
  else head.writeUInt32LE(text.length, 8);
  return Buffer.concat([head, text]);
};
const parse = (head: Uint8Array, elements: number) => parseNpyHeader(head, head.length + elements, 'x.npy');
const error = (head: Uint8Array, elements = 0) => {
  try {
    parse(head, elements);
    return 'none';
  } catch (thrown) {
    return `${(thrown as TorchliftError).code}: ${(thrown as TorchliftError).what}`;
  }
};

test('what is written is read, whatever the shape', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(40), { maxLength: 5 }),
      fc.constantFrom(['<f4', 4, 'float32'], ['|u1', 1, 'uint8'], ['<i8', 8, 'int64']),
      (shape, kind) => {
        const [descr, bytes, dtype] = kind as [string, number, string];
        const head = encodeNpyHeader(descr, shape);
        expect(head.length % 64).toBe(0);
        expect(head.length).toBeLessThan(MAX_NPY_HEADER_BYTES);
        expect(head.at(-1)).toBe(10);
        const size = shape.reduce((product, each) => product * each, bytes);
        expect(parse(head, size)).toEqual({ dtype, shape, dataOffset: head.length });
      },
    ),
  );
});

const plain = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
test.each([
  ['a scalar', "{'descr': '<f4', 'fortran_order': False, 'shape': (), }", [], 4],
  ["Python 2's long numbers", "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }", [2, 3], 24],
  ['another order of keys', "{'shape': (5,), 'fortran_order': False, 'descr': '<f4'}", [5], 20],
] as const)('%s', (_, header, shape, size) => {
  for (const version of [1, 2, 3]) expect(parse(file(header, version), size)).toMatchObject({ dtype: 'float32', shape });
});

test.each([
  ['no header', Buffer.from('PK'), 'malformed-file: is no .npy array'],
  ['objects, which are a pickle', file(plain.replace('<f4', '|O')), 'unsupported: is an array of |O'],
  ['the other byte order', file(plain.replace('<f4', '>f4')), 'unsupported: is an array of >f4'],
  ['a name every object has', file(plain.replace('<f4', 'constructor')), 'unsupported: is an array of constructor'],
  ['records', file(plain.replace("'<f4'", "[('a', '<f4')]")), 'unsupported: is an array of records'],
  ['Fortran order', file(plain.replace('False', 'True')), 'unsupported: is an array in Fortran order'],
  ['a header that is cut', file(plain).subarray(0, 40), 'malformed-file: ends inside its header'],
  ['no shape', file("{'descr': '<f4', 'fortran_order': False}"), 'malformed-file: has a header without order and shape'],
  ['sizes without a comma', file(plain.replace('2, 3', '2 3')), 'malformed-file: has the shape (2 3)'],
  ['a size left out', file(plain.replace('2, 3', ', 3')), 'malformed-file: has the shape (, 3)'],
  ['fewer elements', file(plain), 'malformed-file: has 0 bytes for [2, 3] of float32, expected 24'],
  ['more than any file', file(plain.replace('2, 3', '99999999999999999999, 99999999999999999999')), 'malformed-file: has 0 bytes'],
])('%s', (_, head, message) => {
  expect(error(head)).toContain(message);
});

test('garbled and cut headers are refused in our own words', () => {
  const whole = encodeNpyHeader('<f4', [2, 3]);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }), fc.nat(whole.length), (changes, length) => {
      const garbled = Uint8Array.from(whole);
      for (const [at, value] of changes) garbled[at] = value;
      try {
        parse(garbled.subarray(0, length), 24);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(TorchliftError);
        expect(['malformed-file', 'unsupported']).toContain((thrown as TorchliftError).code);
      }
    }),
    { numRuns: 3000 },
  );
});
