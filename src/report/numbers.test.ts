import { expect, test } from 'vitest';
import { counted, percent, percentRange, points, rounded3, roundPercent, small } from './numbers.ts';

test.each([
  [0.99, '99.00 %'],
  [1, '100 %'],
  [0, '0 %'],
  [0.99998, '99.998 %'],
  [49_999 / 50_000, '99.998 %'],
  [0.9999999, '99.99999 %'],
  [0.00004, '0.004 %'],
  [0.29, '29.00 %'],
  [null, '–'],
])('%d is %s: nearly all is not all', (share, text) => {
  expect(percent(share)).toBe(text);
});

test('bounds are rounded to the worse side', () => {
  expect(percent(0.989999, 'down')).toBe('98.99 %');
  expect(percent(0.010001, 'up')).toBe('1.01 %');
  expect(percent(0.99, 'down')).toBe('99.00 %');
  expect(percent(0.0999999999, 'up')).toBe('10.00 %');
  expect(percentRange({ lower: 0.98765, upper: 0.99871 })).toBe('98.76 to 99.88 %');
  expect(percentRange({ lower: 0, upper: 1 })).toBe('0 to 100 %');
});

test('other figures', () => {
  expect([small(0.0312345), small(3.14e-7), small(0), small(1234), small(null), small(-2e-5)]).toEqual([
    '0.0312',
    '3.1·10⁻⁷',
    '0',
    '1230',
    '–',
    '-2.0·10⁻⁵',
  ]);
  expect([roundPercent(0.99), roundPercent(0.005), roundPercent(0.999)]).toEqual(['99 %', '0.5 %', '99.9 %']);
  expect([points(-0.00333), points(0.0021), points(0)]).toEqual(['−0.33', '+0.21', '0.00']);
  expect([rounded3(1234.5), rounded3(0.0123), rounded3(null)]).toEqual(['1,230', '0.012', '–']);
  expect([counted(1, 'image'), counted(2000, 'image')]).toEqual(['1 image', '2,000 images']);
});
