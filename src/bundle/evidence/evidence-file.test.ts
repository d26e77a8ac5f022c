import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeEvidence } from './evidence-file.ts';
import type { EvidenceHeader } from './validation-evidence.ts';

const folder = mkdtempSync(join(tmpdir(), 'torchlift-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const evidence: EvidenceHeader = {
  schema: 1,
  tool: { name: 'torchlift', version: '0.1.0' },
  created: '2025-06-01T12:00:00Z',
  machine: { processor: 'any', cores: 1, system: 'linux x64', gpu: null },
};

test('evidence and its page stand in the bundle, whole; the next replaces them and nothing is left over', () => {
  writeEvidence(folder, 'validation', evidence, '<p>old</p>');
  const { json, page } = writeEvidence(folder, 'validation', { ...evidence, created: 'later' }, '<p>new</p>');
  expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual({ ...evidence, created: 'later' });
  expect(readFileSync(page, 'utf8')).toBe('<p>new</p>');
  expect(readdirSync(join(folder, 'evidence'))).toEqual(['validation.html', 'validation.json']);
});

test('where the folder cannot be, it says so', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => writeEvidence(join(folder, 'file'), 'validation', evidence, '')).toThrow(expect.objectContaining({ code: 'io' }));
});
