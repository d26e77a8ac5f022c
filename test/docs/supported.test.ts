import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { supportedPage } from '../../scripts/supported-page.ts';
import { packageRoot } from '../../src/core/package-root.ts';

test('docs/supported.md says what the code supports (npm run docs writes it)', () => {
  expect(readFileSync(join(packageRoot(), 'docs', 'supported.md'), 'utf8')).toBe(supportedPage());
});
