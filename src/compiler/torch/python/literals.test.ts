import fc from 'fast-check';
import { expect, test } from 'vitest';
import { docstringText, floatLiteral, proseText, stringLiteral } from './literals.ts';

test('a float stays a float', () => {
  const texts = [1, 0.001, 1e-6, 1.5e-7, 1e21, -0, 0, -2.5, Number.POSITIVE_INFINITY, Number.NaN].map(floatLiteral);
  expect(texts).toEqual(['1.0', '0.001', '1e-6', '1.5e-7', '1e21', '-0.0', '0.0', '-2.5', 'float("inf")', 'float("nan")']);
});

test('a float literal is the number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = floatLiteral(value);
      expect(Number(text)).toBe(value);
      expect(text).toMatch(/[.e]/);
    }),
  );
});

test('a string literal is printable ASCII whose only quotes are its ends, and reads back as the string', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const text = stringLiteral(value);
      expect(text).toMatch(/^"(?:[ !#-[\]-~]|\\["\\n]|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8})*"$/);
      const json = text.replace(/\\(\\|U([0-9a-f]{8})|x([0-9a-f]{2}))/g, (whole, _, long, short) =>
        long !== undefined ? escapedUnits(Number.parseInt(long, 16)) : short !== undefined ? `\\u00${short}` : whole,
      );
      expect(JSON.parse(json)).toBe(value);
    }),
  );
});

test('prose has one line, nothing invisible, no backslash; a docstring’s line can’t end it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      expect(proseText(value)).toMatch(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u);
      expect(proseText(value)).not.toMatch(/["\\]/);
      expect(docstringText(value)).not.toMatch(/""|"$|\\|\n/);
    }),
  );
  expect(proseText('modération 模型')).toBe('modération 模型');
});

function escapedUnits(codePoint: number): string {
  return Array.from({ length: String.fromCodePoint(codePoint).length }, (_, index) => {
    const unit = String.fromCodePoint(codePoint).charCodeAt(index);
    return `\\u${unit.toString(16).padStart(4, '0')}`;
  }).join('');
}
