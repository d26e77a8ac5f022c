import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERRORS, TorchliftError } from './errors.ts';
import { packageRoot } from './package-root.ts';

test('docs/errors.md has every code with its exit code, and invents none', () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'errors.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `([\w-]+)` \| (\d+) \|/gm)].map(([, code, exit]) => [code, Number(exit)]);
  expect(Object.fromEntries(documented)).toEqual(ERRORS);
});

test('a message says what, where, each finding, and what to do next', () => {
  const error = new TorchliftError('unsupported', { what: '2 layers', where: 'a.h5', details: ['LSTM', 'GRU'], remedy: 'Wait.' });
  expect(error.message).toBe('a.h5: 2 layers\n  - LSTM\n  - GRU\n  Wait.');
  expect(error.exitCode).toBe(7);
});
