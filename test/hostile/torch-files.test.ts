import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { expectRefusal } from '../support/expect-refusal.ts';
import { torchTestPython } from '../support/python-environments.ts';
import { runCli } from '../support/run-cli.ts';
import { runPython } from '../support/run-python.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('torch-files');

/** Files as Python's own pickle and torch write them; each would leave `canary` in the current folder if it were loaded. */
const MAKE = `
import os, pickle, sys, zipfile
import torch

folder = sys.argv[1]
class Bomb:
    def __reduce__(self):
        return (os.system, ("touch canary",))

torch.save({"weight": torch.zeros(3), "bomb": Bomb()}, os.path.join(folder, "zip.pt"))
torch.save({"weight": torch.zeros(3), "bomb": Bomb()}, os.path.join(folder, "legacy.pt"), _use_new_zipfile_serialization=False)
for protocol in range(0, 6):
    with open(os.path.join(folder, f"bare_{protocol}.pt"), "wb") as file:
        pickle.dump(Bomb(), file, protocol=protocol)
torch.save(torch.nn.Linear(2, 2).state_dict(), os.path.join(folder, "clean.pt"))
with zipfile.ZipFile(os.path.join(folder, "nested.pt"), "w") as archive:
    archive.writestr("model/data.pkl", pickle.dumps({"a": 1}, protocol=2))
    archive.writestr("model/extra/attack.pkl", pickle.dumps(Bomb(), protocol=2))
# The canary bites: a control.
os.chdir(folder)
torch.load("zip.pt", weights_only=False)
assert os.path.exists("canary")
os.remove("canary")
`;

beforeAll(async () => {
  writeFileSync(scratch.join('make.py'), MAKE);
  await runPython(await torchTestPython(), [scratch.join('make.py'), scratch.path]);
  expect(existsSync(scratch.join('canary'))).toBe(false);
  await writeKerasFile(scratch.join('tiny.h5'));
  expect((await runCli(['convert', 'tiny.h5', '--precision', 'bf16,fp16'], { cwd: scratch.path })).exitCode).toBe(0);
}, 300_000);

test.each(['zip.pt', 'legacy.pt', 'bare_0.pt', 'bare_1.pt', 'bare_2.pt', 'bare_3.pt', 'bare_4.pt', 'bare_5.pt', 'nested.pt'])(
  '%s is shown as unsafe and not loaded',
  async (name) => {
    const { exitCode, stdout, stderr } = await runCli(['inspect', name, '--json'], { cwd: scratch.path });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { unsafe, archive } = JSON.parse(stdout);
    expect(archive.globals).toContainEqual({ module: expect.stringMatching(/^(posix|os|nt)$/), name: 'system', isSafe: false });
    expect(unsafe.join('\n')).toMatch(/system/);
    const people = await runCli(['inspect', name], { cwd: scratch.path });
    expect(people.exitCode).toBe(0);
    expect(people.stdout).toMatch(/system \(unsafe\)/);
    expect(existsSync(scratch.join('canary'))).toBe(false);
  },
);

test.each(['clean.pt', 'tiny/model.pt', 'tiny/model.bf16.pt', 'tiny/model.fp16.pt'])('%s raises no alarm', async (name) => {
  const { exitCode, stdout } = await runCli(['inspect', name, '--json'], { cwd: scratch.path });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout).unsafe).toEqual([]);
});

test('none of them is converted', async () => {
  for (const name of ['zip.pt', 'legacy.pt', 'bare_2.pt', 'clean.pt', 'tiny/model.pt']) {
    await expectRefusal(scratch.path, ['convert', name, '-o', 'out'], { code: 'unsupported', names: [name] });
  }
});

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['a zip bomb', (bytes) => withUncompressedSize(bytes, 2 ** 31)],
  ['an entry that leads out of the archive', (bytes) => replaceAll(bytes, 'tiny/version', '../../rsion')],
  ['an absolute entry', (bytes) => replaceAll(bytes, 'tiny/version', '/iny/version')],
  ['two entries of one name', (bytes) => replaceAll(bytes, 'tiny/data/1', 'tiny/data/0')],
  ['a header that contradicts the directory', (bytes) => replaceFirst(bytes, 'tiny/version', 'tiny/versioN')],
])('%s', async (_, change) => {
  const folder = mkdtempSync(scratch.join('zip-'));
  const bytes = change(readFileSync(scratch.join('tiny', 'model.pt')));
  expect(bytes.equals(readFileSync(scratch.join('tiny', 'model.pt')))).toBe(false);
  writeFileSync(join(folder, 'model.pt'), bytes);
  const { exitCode, stderr } = await runCli(['inspect', 'model.pt'], { cwd: folder });
  expect({ exitCode, stderr }).toEqual({ exitCode: expect.toBeOneOf([4, 5]), stderr: expect.stringContaining('model.pt') });
});

test.each<[string, string, Record<string, unknown>, number]>([
  ['a gap', 'malformed-file', { a: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } }, 8],
  [
    'an overlap',
    'malformed-file',
    { a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] }, b: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } },
    8,
  ],
  ['a shape that does not fit', 'malformed-file', { a: { dtype: 'F32', shape: [9], data_offsets: [0, 8] } }, 8],
  ['data behind the end', 'malformed-file', { a: { dtype: 'F32', shape: [2 ** 40], data_offsets: [0, 2 ** 42] } }, 8],
  ['bytes nobody names', 'malformed-file', { a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, 8],
  ['a shape below zero', 'malformed-file', { a: { dtype: 'F32', shape: [-1], data_offsets: [0, 4] } }, 4],
])('safetensors with %s', async (_, code, header, dataBytes) => {
  const folder = mkdtempSync(scratch.join('safetensors-'));
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(join(folder, 'model.safetensors'), Buffer.concat([length, text, Buffer.alloc(dataBytes)]));
  await expectRefusal(folder, ['inspect', 'model.safetensors'], { code: code as 'malformed-file', names: ['model.safetensors'] });
});

test('a safetensors header larger than the file, or than any', async () => {
  for (const length of [99_999_999n, 2n ** 62n]) {
    const folder = mkdtempSync(scratch.join('safetensors-'));
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(length);
    writeFileSync(join(folder, 'model.safetensors'), Buffer.concat([head, Buffer.from('{"a": {}}')]));
    const { exitCode, stderr } = await runCli(['inspect', 'model.safetensors'], { cwd: folder });
    expect({ exitCode, stderr }).toEqual({ exitCode: expect.toBeOneOf([5, 6]), stderr: expect.stringContaining('model.safetensors') });
  }
});

function replaceAll(bytes: Buffer, from: string, to: string): Buffer {
  let result = bytes;
  for (let at = result.indexOf(from); at >= 0; at = result.indexOf(from, at + 1)) result = patched(result, at, to);
  return result;
}

/** The first entry of the directory declares so many bytes. */
function withUncompressedSize(bytes: Buffer, size: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(size, copy.indexOf('PK\u0001\u0002', 0, 'latin1') + 24);
  return copy;
}

function replaceFirst(bytes: Buffer, from: string, to: string): Buffer {
  return patched(bytes, bytes.indexOf(from), to);
}

function patched(bytes: Buffer, at: number, text: string): Buffer {
  const copy = Buffer.from(bytes);
  copy.write(text, at, 'latin1');
  return copy;
}
