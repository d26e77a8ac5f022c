import { expect, test } from 'vitest';
import { parsePythonJson } from './python-json.ts';

test('the words Python writes for floats, outside of strings only', () => {
  const text = '{"a": NaN, "b": [Infinity, -Infinity, 1.5], "c": "NaN \\" -Infinity", "Infinity": "\\\\"}';
  expect(parsePythonJson(text)).toEqual({
    a: Number.NaN,
    b: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.5],
    c: 'NaN " -Infinity',
    Infinity: '\\',
  });
});

test('nesting is limited, brackets in strings do not count', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  expect(() => parsePythonJson(nested(512))).not.toThrow();
  expect(() => parsePythonJson(nested(513))).toThrow(SyntaxError);
  expect(parsePythonJson(`"\\"${'['.repeat(600)}"`)).toHaveLength(601);
});

test('what is no JSON stays an error', () => {
  for (const text of ['', '{', '[NaNs]', '{"a": Infinityx}', 'undefined']) expect(() => parsePythonJson(text)).toThrow(SyntaxError);
});
