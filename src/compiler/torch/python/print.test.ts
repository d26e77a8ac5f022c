import { expect, test } from 'vitest';
import { LINE_WIDTH, printExpression, printModule } from './print.ts';
import { type Expression, py, type Statement } from './syntax.ts';

const [a, b, c] = ['a', 'b', 'c'].map(py.name) as [Expression, Expression, Expression];

function printed(statement: Statement): string {
  return printModule({ docstring: 'x', imports: [], body: [statement] })
    .split('\n\n\n')
    .slice(1)
    .join('\n\n\n')
    .trim();
}

test.each<[Expression, string]>([
  [py.binary('*', py.binary('+', a, b), c), '(a + b) * c'],
  [py.binary('+', a, py.binary('*', b, c)), 'a + b * c'],
  [py.binary('-', a, py.binary('-', b, c)), 'a - (b - c)'],
  [py.binary('-', py.binary('-', a, b), c), 'a - b - c'],
  [py.binary('**', py.binary('**', a, b), c), '(a**b) ** c'],
  [py.binary('**', { kind: 'unary', operator: '-', operand: a }, py.int(2)), '(-a) ** 2'],
  [py.binary('and', a, { kind: 'unary', operator: 'not', operand: b }), 'a and not b'],
  [py.binary('<', py.binary('<', a, b), c), '(a < b) < c'],
  [py.method(py.binary('+', a, b), 'relu'), '(a + b).relu()'],
  [py.method({ kind: 'unary', operator: '-', operand: a }, 'abs'), '(-a).abs()'],
  [py.method(py.int(3), 'bit_length'), '(3).bit_length()'],
  [py.binary('-', a, py.int(-3)), 'a - -3'],
  [py.tuple([py.int(1)]), '(1,)'],
  [py.tuple([]), '()'],
])('precedence and brackets: %#', (expression, text) => {
  expect(printExpression(expression)).toBe(text);
});

test('a call that is too long is broken inside its brackets: on one line of its own, else one argument a line', () => {
  const name = (length: number) => py.name('n'.repeat(length));
  expect(printed({ kind: 'assign', targets: [a], value: py.call(b, [name(60), name(44)]) })).toBe(
    `a = b(\n    ${'n'.repeat(60)}, ${'n'.repeat(44)}\n)`,
  );
  expect(printed({ kind: 'assign', targets: [a], value: py.call(b, [name(60)], [{ name: 'k', value: name(60) }]) })).toBe(
    `a = b(\n    ${'n'.repeat(60)},\n    k=${'n'.repeat(60)},\n)`,
  );
});

test('a comment stands behind its line where it fits, above it otherwise', () => {
  expect(printed({ kind: 'assign', targets: [a], value: b, comment: '[N, 3]' })).toBe('a = b  # [N, 3]');
  const long = py.name('n'.repeat(LINE_WIDTH - 10));
  expect(printed({ kind: 'assign', targets: [a], value: long, comment: '[N, 3]' })).toBe(`# [N, 3]\na = ${'n'.repeat(LINE_WIDTH - 10)}`);
});

test('text of a model ends no comment and no docstring', () => {
  const text = 'x\nimport os\r\u2028"""\\';
  expect(printed({ kind: 'comment', text })).toBe("# x?import os??'''?");
  const module = printModule({ docstring: text, imports: [], body: [] });
  expect(module.match(/"""/g)).toHaveLength(2);
  expect(module).not.toContain('\\');
});
