import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { expectRefusal, type Refusal } from '../support/expect-refusal.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('options');
let tiny: string;
beforeAll(async () => {
  tiny = scratch.join('tiny.h5');
  await writeKerasFile(tiny);
});

test.each<[string, readonly string[], readonly string[]]>([
  ['onnx', [], ['model.onnx']],
  ['python', [], ['model.py', 'model.safetensors']],
  ['torchscript', [], ['model.pt']],
  ['python,onnx', [], ['model.onnx', 'model.py', 'model.safetensors']],
  ['onnx, onnx ,torchscript', [], ['model.onnx', 'model.pt']],
  ['onnx', ['--precision', 'bf16,fp16,bf16'], ['model.bf16.pt', 'model.fp16.pt', 'model.onnx']],
])('--formats %s %j', async (formats, more, files) => {
  const cwd = mkdtempSync(scratch.join('case-'));
  const { exitCode, stdout } = await runCli(['convert', tiny, '--formats', formats, ...more, '--json'], { cwd });
  expect(exitCode).toBe(0);
  expect(readdirSync(join(cwd, 'tiny')).sort()).toEqual(['manifest.json', ...files].sort());
  const { manifest } = JSON.parse(stdout);
  expect(Object.keys(manifest.artefacts).sort()).toEqual([...files].sort());
  // A subset has the bytes that the whole has.
  expect((await runCli(['convert', tiny, '-o', 'whole', '--precision', 'bf16,fp16'], { cwd })).exitCode).toBe(0);
  for (const file of files) expect(readFileSync(join(cwd, 'tiny', file)).equals(readFileSync(join(cwd, 'whole', file))), file).toBe(true);
});

test.each<[string, string, string | undefined, Refusal]>([
  ['no JSON', '--policy', '{"rules": ', { code: 'malformed-file', names: ['file.json', 'JSON'] }],
  ['no rules', '--policy', '{}', { code: 'malformed-file', names: ['file.json', 'rules'] }],
  ['an unknown decision', '--policy', '{"rules": {"safe": "maybe"}}', { code: 'malformed-file', names: ['file.json', 'safe', 'maybe'] }],
  ['a class that is none', '--policy', '{"rules": {"cats": "block"}}', { code: 'malformed-file', names: ['file.json', 'cats'] }],
  ['a threshold above 1', '--policy', '{"rules": {"safe": {"block": 7}}}', { code: 'malformed-file', names: ['file.json', 'safe'] }],
  [
    'rules without end',
    '--policy',
    `{"rules": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    { code: 'malformed-file', names: ['file.json', 'deep'] },
  ],
  ['no JSON', '--preprocess', '[{"step": ', { code: 'malformed-file', names: ['file.json', 'JSON'] }],
  ['no list', '--preprocess', '{"step": "decode"}', { code: 'malformed-file', names: ['file.json', 'list'] }],
  ['an unknown step', '--preprocess', '[{"step": "blur"}]', { code: 'malformed-file', names: ['file.json', 'blur'] }],
  ['a missing option', '--preprocess', '[{"step": "scale", "divide": 255}]', { code: 'malformed-file', names: ['file.json', 'offset'] }],
  ['a division by 0', '--preprocess', '[{"step": "scale", "divide": 0, "offset": 0}]', { code: 'malformed-file', names: ['file.json', 'divide'] }],
  ['steps without end', '--preprocess', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, { code: 'malformed-file', names: ['file.json', 'deep'] }],
  ['no such preset or file', '--preprocess', undefined, { code: 'file-not-found', names: ['file.json'] }],
  ['no such file', '--policy', undefined, { code: 'file-not-found', names: ['file.json'] }],
])('%s: %s', async (_, option, content, refusal) => {
  const cwd = mkdtempSync(scratch.join('case-'));
  if (content !== undefined) writeFileSync(join(cwd, 'file.json'), content);
  await expectRefusal(cwd, ['convert', tiny, '--classes', 'safe,unsafe', option, 'file.json'], refusal);
});

test.each<[string, readonly string[], string]>([
  ['too many classes', ['--classes', 'a,b,c'], '3 classes'],
  ['a class without a name', ['--classes', 'a,'], 'no name'],
  ['a class that stands there twice', ['--classes', 'a,a'], 'twice'],
  ['no classes', ['--classes', ''], 'no name'],
])('%s', async (_, flags, name) => {
  await expectRefusal(mkdtempSync(scratch.join('case-')), ['convert', tiny, ...flags], { code: 'usage', names: ['--classes', name] });
});

test.each<[string, readonly string[]]>([
  ['an unknown option', ['convert', 'tiny.h5', '--fast']],
  ['an unknown option of inspect', ['inspect', 'tiny.h5', '--force']],
  ['an option without its value', ['convert', 'tiny.h5', '-o']],
  ['an empty list', ['convert', 'tiny.h5', '--formats', '']],
  ['no file', ['convert']],
  ['two files', ['convert', 'tiny.h5', 'other.h5']],
  ['an unknown command', ['frobnicate']],
  ['an unknown runtime', ['runtime', 'install', 'jax']],
  ['no command', []],
])('%s ends with 2, with --json as one object', async (_, args) => {
  const folder = mkdtempSync(scratch.join('case-'));
  const plain = await runCli(args, { cwd: folder });
  expect({ exitCode: plain.exitCode, stdout: plain.stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(plain.stderr).toMatch(/--help|Usage/);
  expect(plain.stderr).not.toMatch(/^\s+at /m);
  if (args.at(-1) === '-o') return;
  const json = await runCli([...args, '--json'], { cwd: folder });
  expect(json.exitCode).toBe(2);
  expect(JSON.parse(json.stdout)).toMatchObject({
    schema: 1,
    error: { code: 'usage', exitCode: 2, what: expect.stringMatching(/./), remedy: expect.any(String) },
  });
  expect(readdirSync(folder)).toEqual([]);
});

test('--version and --help say what they should, on standard output', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(await runCli(['--version'])).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  const help = await runCli(['--help']);
  expect(help).toMatchObject({ exitCode: 0, stderr: '' });
  for (const command of ['inspect', 'convert', 'runtime', 'demo']) {
    expect(help.stdout).toContain(command);
    const own = await runCli([command, '--help']);
    expect(own).toMatchObject({ exitCode: 0, stderr: '' });
    expect(own.stdout).toMatch(/Examples?:\n\s+\$ torchlift/);
  }
});
