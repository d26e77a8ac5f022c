import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { MemorySink } from '../../src/formats/files/memory-sink.ts';
import { mutations } from '../../src/formats/files/testing/damage.ts';
import { ramp } from '../../src/formats/hdf5/testing/write-h5.ts';
import { openOnnxFile } from '../../src/formats/onnx/open-onnx-file.ts';
import type { ModelProto } from '../../src/formats/onnx/proto.ts';
import { encodeModel, sampleModel } from '../../src/formats/onnx/testing/sample-model.ts';
import { writeOnnx } from '../../src/formats/onnx/write-onnx.ts';
import { expectRefusal, type Refusal } from '../support/expect-refusal.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { TINY_CONFIG, writeKerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('onnx');
let own: ModelProto;
let ownBytes: Buffer;
beforeAll(async () => {
  await writeKerasFile(scratch.join('tiny.h5'));
  expect((await runCli(['convert', 'tiny.h5'], { cwd: scratch.path })).exitCode).toBe(0);
  ownBytes = readFileSync(scratch.join('tiny', 'model.onnx'));
  own = openOnnxFile(scratch.join('tiny', 'model.onnx')).model;
});

function work(bytes: Uint8Array): string {
  const folder = mkdtempSync(scratch.join('case-'));
  writeFileSync(join(folder, 'model.onnx'), bytes);
  return folder;
}

const refuse = (bytes: Uint8Array, refusal: Refusal) => expectRefusal(work(bytes), ['convert', 'model.onnx', '-o', 'out'], refusal);

test('a file of another program is refused with its operators, and inspected', async () => {
  const foreign = { ...sampleModel(), metadataProps: [], producerName: 'pytorch' };
  const folder = work(encodeModel(foreign));
  const error = await expectRefusal(folder, ['convert', 'model.onnx', '-o', 'out'], { code: 'unsupported', names: ['model.onnx', 'pytorch'] });
  expect(error.details).toEqual(['Clip (1)', 'com.example:Custom (1)']);
  const { exitCode, stdout } = await runCli(['inspect', 'model.onnx', '--json'], { cwd: folder });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout).unsupported).toHaveLength(1);
});

test('one that says it is ours and is not', async () => {
  await refuse(encodeModel(sampleModel()), { code: 'malformed-file', names: ['model.onnx'] });
});

const metadata = (model: ModelProto) => JSON.parse(model.metadataProps.find(({ key }) => key.startsWith('torchlift'))?.value ?? '{}');

test('every key of our metadata is looked at: removed, or of another type, it is an error of the file', async () => {
  const whole = metadata(own);
  expect(Object.keys(whole).length).toBeGreaterThan(3);
  for (const key of Object.keys(whole)) {
    for (const value of [undefined, null, 7, 'text', [], {}, [{}], [[1]], -1, true]) {
      const folder = work(encodeModel(withMetadata({ ...whole, [key]: value })));
      const { exitCode, stderr } = await runInspectAndConvert(folder);
      // A higher version is one of the future.
      if (key === 'version' && typeof value === 'number') expect(exitCode).toBe(value > 0 ? 7 : 5);
      else
        expect({ key, value, exitCode, stderr }).toEqual({
          key,
          value,
          exitCode: expect.toBeOneOf([0, 5, 6]),
          stderr: expect.not.stringMatching(/ at .*:\d+:\d+|this is a bug/),
        });
    }
  }
}, 240_000);

test.each<[string, (text: string) => string]>([
  ['no JSON', () => '{"schema": '],
  ['an empty text', () => ''],
  ['a list', () => '[]'],
  ['JSON without end', () => '['.repeat(100_000)],
])('metadata: %s', async (_, change) => {
  await refuse(encodeModel(withMetadataText(change)), { code: 'malformed-file', names: ['model.onnx'] });
});

test('weights called otherwise than the metadata says', async () => {
  const initializers = own.graph.initializers.map((tensor, index) => (index === 0 ? { ...tensor, name: 'renamed' } : tensor));
  await refuse(encodeModel({ ...own, graph: { ...own.graph, initializers } }), { code: 'malformed-file', names: ['model.onnx'] });
});

test('nodes that were added, removed or changed', async () => {
  const [first, ...rest] = own.graph.nodes;
  const changed = (nodes: ModelProto['graph']['nodes']) => encodeModel({ ...own, graph: { ...own.graph, nodes } });
  await refuse(changed(rest), { code: 'malformed-file', names: ['model.onnx'] });
  await refuse(changed([{ ...(first as (typeof rest)[number]), opType: 'Wobble' }, ...rest]), {
    code: 'unsupported',
    names: ['model.onnx', /^Wobble/m],
  });
  await refuse(changed([first as (typeof rest)[number], first as (typeof rest)[number], ...rest]), { code: 'malformed-file', names: ['model.onnx'] });
  await refuse(changed([...rest].reverse().concat(first as (typeof rest)[number])), { code: 'malformed-file', names: ['model.onnx'] });
});

test('weights outside of the file', async () => {
  const folder = mkdtempSync(scratch.join('external-'));
  const wide = JSON.parse(JSON.stringify(TINY_CONFIG).replace('"units":3', '"units":300'));
  const weights = { x: {}, hidden: { k: ramp(4, 300), b: ramp(300) }, scores: { k: ramp(300, 2), b: ramp(2) } };
  await writeKerasFile(join(folder, 'wide.h5'), wide, weights);
  expect((await runCli(['convert', 'wide.h5'], { cwd: folder })).exitCode).toBe(0);
  const [sink, external] = [new MemorySink(), new MemorySink()];
  writeOnnx(openOnnxFile(join(folder, 'wide', 'model.onnx')).model, sink, { location: 'weights.bin', sink: external });
  const bytes = sink.bytes();

  // The control: beside the file, under its plain name, they are read.
  const sound = work(bytes);
  writeFileSync(join(sound, 'weights.bin'), external.bytes());
  expect((await runCli(['convert', 'model.onnx', '-o', 'out'], { cwd: sound })).exitCode).toBe(0);
  expect(readFileSync(join(sound, 'out/model.pt')).equals(readFileSync(join(folder, 'wide/model.pt')))).toBe(true);

  for (const location of ['../ghts.bin', '/etc/passwd', 'sub/wei.bin', 'weights\\bin', 'http://a.b/']) {
    const changed = Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('weights.bin', location), 'latin1');
    await refuse(changed, { code: 'unsafe-file', names: ['model.onnx'] });
  }
  const linked = work(bytes);
  symlinkSync(join(sound, 'weights.bin'), join(linked, 'weights.bin'));
  await expectRefusal(linked, ['convert', 'model.onnx', '-o', 'out'], { code: 'unsafe-file', names: ['model.onnx', /symbolic link/] });
  const short = work(bytes);
  writeFileSync(join(short, 'weights.bin'), external.bytes().subarray(0, -1));
  await expectRefusal(short, ['convert', 'model.onnx', '-o', 'out'], { code: 'malformed-file', names: ['model.onnx', 'weights.bin'] });
  await refuse(bytes, { code: 'malformed-file', names: ['model.onnx', 'weights.bin'] });
});

test('bytes changed at random end in an error of the file, or convert', async () => {
  for (const bytes of mutations(ownBytes, 60, 5)) {
    const { exitCode, stderr } = await runInspectAndConvert(work(bytes), false);
    expect({ exitCode, stderr }).toEqual({
      exitCode: expect.toBeOneOf([0, 4, 5, 6, 7]),
      stderr: expect.not.stringMatching(/ at .*:\d+:\d+|this is a bug/),
    });
  }
});

test('lengths and depths that no file holds', async () => {
  const field = (number: number, bytes: Buffer) => Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
  let nested = Buffer.from([]);
  // ModelProto.graph → GraphProto.node → NodeProto.attribute → AttributeProto.g → …
  for (let level = 0; level < 3000; level++) nested = field(1, field(5, field(6, nested)));
  await refuse(field(7, nested), { code: 'limit-exceeded', names: ['model.onnx'] });
  await refuse(Buffer.concat([varint((7 << 3) | 2), varint(2 ** 45), Buffer.from('x')]), { code: 'malformed-file', names: ['model.onnx'] });
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

async function runInspectAndConvert(folder: string, inspect = true) {
  const inspected = inspect ? await runCli(['inspect', 'model.onnx'], { cwd: folder }) : { exitCode: 0, stderr: '' };
  if (inspected.exitCode !== 0) return inspected;
  return runCli(['convert', 'model.onnx', '-o', 'out'], { cwd: folder });
}

function withMetadata(content: object): ModelProto {
  return withMetadataText(() => JSON.stringify(content));
}

function withMetadataText(change: (text: string) => string): ModelProto {
  return {
    ...own,
    metadataProps: own.metadataProps.map((entry) => (entry.key.startsWith('torchlift') ? { ...entry, value: change(entry.value) } : entry)),
  };
}
