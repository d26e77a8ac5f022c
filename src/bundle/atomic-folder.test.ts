import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFolderAtomically } from './atomic-folder.ts';

let parent: string;
let target: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'torchlift-test-'));
  target = join(parent, 'bundle');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const manifest = (text: string) => JSON.stringify({ schema: 1, tool: { name: 'torchlift', version: text }, artefacts: { 'model.py': {} } });
const fill = (text: string) => async (folder: string) => {
  writeFileSync(join(folder, 'manifest.json'), manifest(text));
};
const versionIn = (folder: string) => JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')).tool.version;

test('the folder appears complete, with its parents, and nothing beside it', async () => {
  const deep = join(parent, 'a', 'b');
  await writeFolderAtomically(deep, false, async (folder) => {
    expect(existsSync(deep)).toBe(false);
    await fill('new')(folder);
  });
  expect(versionIn(deep)).toBe('new');
  expect(readdirSync(join(parent, 'a'))).toEqual(['b']);
});

test('a failure leaves nothing, and an existing bundle as it was', async () => {
  const fail = async (folder: string) => {
    await fill('half')(folder);
    throw new Error('disk full');
  };
  await expect(writeFolderAtomically(target, false, fail)).rejects.toThrow('disk full');
  expect(readdirSync(parent)).toEqual([]);
  await writeFolderAtomically(target, false, fill('old'));
  await expect(writeFolderAtomically(target, true, fail)).rejects.toThrow('disk full');
  expect(readdirSync(parent)).toEqual(['bundle']);
  expect(versionIn(target)).toBe('old');
});

test('an existing bundle is replaced with force alone, and keeps what no conversion wrote', async () => {
  await writeFolderAtomically(target, false, fill('old'));
  for (const name of ['model.py', 'notes.txt']) writeFileSync(join(target, name), name);
  for (const name of ['evidence', '__pycache__']) mkdirSync(join(target, name));
  writeFileSync(join(target, 'evidence', 'validation.json'), '{}');
  await expect(writeFolderAtomically(target, false, fill('new'))).rejects.toMatchObject({ code: 'bundle-exists', exitCode: 2 });
  await writeFolderAtomically(target, true, fill('new'));
  expect(versionIn(target)).toBe('new');
  expect(readdirSync(target).sort()).toEqual(['evidence', 'manifest.json', 'notes.txt']);
  expect(readFileSync(join(target, 'notes.txt'), 'utf8')).toBe('notes.txt');
  expect(readdirSync(join(target, 'evidence'))).toEqual(['validation.json']);
  expect(readdirSync(parent)).toEqual(['bundle']);
});

test('what is no bundle is never replaced, with force neither', async () => {
  writeFileSync(target, 'a file');
  await expect(writeFolderAtomically(target, true, fill('new'))).rejects.toMatchObject({ code: 'bundle-exists' });
  rmSync(target);
  mkdirSync(target);
  writeFileSync(join(target, 'thesis.doc'), '');
  await expect(writeFolderAtomically(target, true, fill('new'))).rejects.toMatchObject({ code: 'bundle-exists' });
  expect(readdirSync(target)).toEqual(['thesis.doc']);
});

test.each([
  ['a web app', '{"name": "My PWA", "icons": []}', 'app.js'],
  ['an empty object', '{}', 'app.js'],
  ['no JSON', 'PK', 'app.js'],
])('a folder with a manifest.json that is %s is not replaced, with force neither', async (_, text, name) => {
  mkdirSync(target);
  writeFileSync(join(target, 'manifest.json'), text);
  writeFileSync(join(target, name), '');
  await expect(writeFolderAtomically(target, true, fill('new'))).rejects.toMatchObject({ code: 'bundle-exists' });
  expect(readdirSync(target).sort()).toEqual(['manifest.json', name].sort());
});

test('what a killed process left is removed; what a living one works on is not', async () => {
  mkdirSync(join(parent, '.bundle.partial-999999999'));
  mkdirSync(join(parent, `.bundle.partial-${process.ppid}`));
  await writeFolderAtomically(target, false, fill('new'));
  expect(readdirSync(parent).sort()).toEqual([`.bundle.partial-${process.ppid}`, 'bundle']);
});

test('what a process of the same number left, in a container that was killed, is removed', async () => {
  mkdirSync(join(parent, `.bundle.partial-${process.pid}`));
  mkdirSync(join(parent, `.bundle.partial-${process.pid}-0123abcd`));
  await writeFolderAtomically(target, false, fill('new'));
  expect(readdirSync(parent)).toEqual(['bundle']);
});

test('of several at once in one process the first one wins, and with force the last', async () => {
  const results = await Promise.allSettled(['a', 'b', 'c'].map((text) => writeFolderAtomically(target, false, fill(text))));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(results[1]).toMatchObject({ reason: { code: 'bundle-exists' } });
  expect(versionIn(target)).toBe('a');
  await Promise.all(['a', 'b', 'c'].map((text) => writeFolderAtomically(target, true, fill(text))));
  expect(versionIn(target)).toBe('c');
  expect(readdirSync(parent)).toEqual(['bundle']);
});

test('a bundle that moved in while another was filled is not replaced without force, and a folder that is none never', async () => {
  const filling = (moveIn: () => void) => async (folder: string) => {
    await fill('new')(folder);
    moveIn();
  };
  const makeBundle = () => {
    mkdirSync(target);
    writeFileSync(join(target, 'manifest.json'), manifest('theirs'));
  };
  await expect(writeFolderAtomically(target, false, filling(makeBundle))).rejects.toMatchObject({ code: 'bundle-exists' });
  expect(versionIn(target)).toBe('theirs');
  rmSync(target, { recursive: true });
  const makeFolder = () => {
    mkdirSync(target);
    writeFileSync(join(target, 'thesis.doc'), '');
  };
  await expect(writeFolderAtomically(target, true, filling(makeFolder))).rejects.toMatchObject({ code: 'bundle-exists' });
  expect(readdirSync(target)).toEqual(['thesis.doc']);
});
