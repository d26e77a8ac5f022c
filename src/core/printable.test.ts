import { expect, test } from 'vitest';
import { TorchliftError } from './errors.ts';
import { printable } from './printable.ts';

test('escape sequences, bells and direction marks become visible; words of any language stay', () => {
  expect(printable('\u001b[2Jgone\u0007')).toBe('\\x1b[2Jgone\\x07');
  expect(printable('abc\u202egnp.exe')).toBe('abc\\x202egnp.exe');
  expect(printable('Größe 大小 😀')).toBe('Größe 大小 😀');
  expect(printable('a\nb')).toBe('a\\x0ab');
  expect(printable('a\nb', { lines: true })).toBe('a\nb');
});

test('no error carries a control character of a file to the terminal', () => {
  const error = new TorchliftError('unsupported', { what: 'a\u001b[31m', where: 'b\u0007.h5', details: ['c\r\nd'], remedy: 'First.\n  Second.' });
  expect(error.message).toBe('b\\x07.h5: a\\x1b[31m\n  - c\\x0d\\x0ad\n  First.\n  Second.');
});
