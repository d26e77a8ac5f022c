import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configSchema } from '../../scripts/config-schema.ts';
import { packageRoot } from '../../src/core/package-root.ts';

test('docs/torchlift.schema.json is what the gateway checks by (npm run docs writes it)', () => {
  expect(readFileSync(join(packageRoot(), 'docs', 'torchlift.schema.json'), 'utf8')).toBe(configSchema());
});
