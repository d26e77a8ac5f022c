import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HashThread } from './hash-thread.ts';
import { readManifest, verifiedArtefact } from './read-bundle.ts';

let bundle: string;
const manifest = (sha256: string) => JSON.stringify({ schema: 1, artefacts: { 'model.pt': { sha256, sizeBytes: 7, precision: 'float32' } } });

beforeEach(() => {
  bundle = mkdtempSync(join(tmpdir(), 'torchlift-test-'));
  writeFileSync(join(bundle, 'model.pt'), 'weights');
});
afterEach(() => rmSync(bundle, { recursive: true, force: true }));

test('an artefact is given out only as the manifest describes it', async () => {
  const hashes = new HashThread();
  const path = join(bundle, 'model.pt');
  writeFileSync(join(bundle, 'manifest.json'), manifest(await hashes.sha256([path])));
  await hashes.close();
  expect(verifiedArtefact(bundle, readManifest(bundle), 'model.pt')).toBe(path);
  writeFileSync(path, 'weightz');
  expect(() => verifiedArtefact(bundle, readManifest(bundle), 'model.pt')).toThrow(expect.objectContaining({ code: 'hash-mismatch', exitCode: 5 }));
  rmSync(path);
  expect(() => verifiedArtefact(bundle, readManifest(bundle), 'model.pt')).toThrow(expect.objectContaining({ code: 'hash-mismatch' }));
});

test('files that the manifest lacks, or that lie elsewhere, are not given out', () => {
  writeFileSync(join(bundle, 'manifest.json'), manifest('0'));
  expect(() => verifiedArtefact(bundle, readManifest(bundle), 'model.bf16.pt')).toThrow(expect.objectContaining({ code: 'usage' }));
  expect(() => verifiedArtefact(bundle, readManifest(bundle), 'constructor')).toThrow(expect.objectContaining({ code: 'usage' }));
});

test('a folder without a manifest, or with a damaged one, is no bundle', () => {
  expect(() => readManifest(bundle)).toThrow(expect.objectContaining({ code: 'file-not-found' }));
  writeFileSync(join(bundle, 'manifest.json'), '{"schema": 1');
  expect(() => readManifest(bundle)).toThrow(expect.objectContaining({ code: 'malformed-file' }));
  writeFileSync(join(bundle, 'manifest.json'), '{"schema": 99, "artefacts": {}}');
  expect(() => readManifest(bundle)).toThrow(/schema 99, expected 1/);
});

test('a hash of several files is that of their bytes in order; one that is missing is an io error', async () => {
  const hashes = new HashThread();
  writeFileSync(join(bundle, 'a'), 'abc');
  writeFileSync(join(bundle, 'b'), 'def');
  writeFileSync(join(bundle, 'ab'), 'abcdef');
  const both = await hashes.sha256([join(bundle, 'a'), join(bundle, 'b')]);
  expect(both).toBe(await hashes.sha256([join(bundle, 'ab')]));
  await expect(hashes.sha256([join(bundle, 'none')])).rejects.toMatchObject({ code: 'io', exitCode: 74 });
  await hashes.close();
});
