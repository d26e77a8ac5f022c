import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from './load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'torchlift-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const yaml = (text: string) => {
  writeFileSync(join(folder, 'torchlift.yaml'), text);
  return join(folder, 'torchlift.yaml');
};

test('flags go over the file, the file over the defaults', () => {
  const config = loadConfig(yaml('name: photos\nport: 9000\nlimits: { pixels: 1000 }\n'), { port: 0 });
  expect(config).toMatchObject({ name: 'photos', port: 0, host: '127.0.0.1', limits: { pixels: 1000, imageBytes: 20 << 20 } });
});

test('paths in a file are relative to it, those of flags to the current folder', () => {
  expect(loadConfig(yaml('model: bundle\npolicy: /etc/p.json\n'), {})).toMatchObject({ model: join(folder, 'bundle'), policy: '/etc/p.json' });
  expect(loadConfig(yaml('model: bundle\n'), { model: 'other' })).toMatchObject({ model: 'other' });
  expect(loadConfig(undefined, {})).toMatchObject({ model: 'moderation_model' });
});

test('an empty file is a gateway with defaults', () => {
  expect(loadConfig(yaml('# nothing\n'), {})).toEqual(loadConfig(undefined, {}));
});

test.each([
  ['name: [', 'YAML'],
  ['prot: 80\nworkers: 0\n', 'prot'],
  ['prot: 80\nworkers: 0\n', 'workers'],
  ['limits: { pixel: 3 }\n', 'limits'],
  ['- 1\n', 'expected object'],
  ['a: &a [x]\nb: *a\n', 'Alias'],
  ['name: ../x\n', 'name'],
])('%j is refused, with its place', (text, told) => {
  let message = '';
  try {
    loadConfig(yaml(text), {});
  } catch (error) {
    expect(error).toMatchObject({ code: 'malformed-file', where: join(folder, 'torchlift.yaml') });
    message = String(error);
  }
  expect(message).toContain(told);
});

test('a flag that makes no sense is an error of the command line', () => {
  expect(() => loadConfig(undefined, { port: 70_000 })).toThrow(expect.objectContaining({ code: 'usage' }));
});
