import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Inspection } from '../../src/convert/inspection.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { writeH5 } from '../../src/formats/hdf5/testing/write-h5.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { tfjsModel } from '../support/tfjs-model.ts';
import { kerasFile } from '../support/tiny-model.ts';

const scratch = scratchFolder('inspect');
let before: readonly string[];
beforeAll(async () => {
  const adam = { children: { m: { data: new Float32Array(23), shape: [23] }, v: { data: new Float32Array(23), shape: [23] } } };
  const content = kerasFile();
  writeFileSync(scratch.join('tiny.h5'), await writeH5({ ...content, children: { ...content.children, optimizer_weights: adam } }));
  const { json, shard } = tfjsModel();
  writeFileSync(scratch.join('model.json'), JSON.stringify(json));
  writeFileSync(scratch.join('weights.bin'), shard);
  expect((await runCli(['convert', 'tiny.h5'], { cwd: scratch.path })).exitCode).toBe(0);
  before = scratch.tree();
});

async function inspect(file: string): Promise<{ json: Inspection; text: string }> {
  const json = await runCli(['inspect', file, '--json'], { cwd: scratch.path });
  expect({ exitCode: json.exitCode, stderr: json.stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(json.stdout.trimEnd().split('\n')).toHaveLength(1);
  const text = await runCli(['inspect', file], { cwd: scratch.path });
  expect({ exitCode: text.exitCode, stderr: text.stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(scratch.tree()).toEqual(before);
  const { schema, ...inspection } = JSON.parse(json.stdout);
  expect(schema).toBe(1);
  return { json: inspection, text: text.stdout };
}

test('.h5', async () => {
  const { json, text } = await inspect('tiny.h5');
  expect(json).toMatchObject({
    format: 'keras-h5',
    frameworkVersion: '2.10.0',
    sizeBytes: statSync(scratch.join('tiny.h5')).size,
    parameters: { total: 23, trainable: 23, nonTrainable: 0 },
    bytes: { weights: 92, optimizer: 184, rest: json.sizeBytes - 276 },
    inputs: [{ name: 'x', dtype: 'float32', shape: ['N', 4] }],
    outputs: [{ name: 'scores', dtype: 'float32', shape: ['N', 2] }],
    unsupported: [],
    unsafe: [],
  });
  expect(json.layers.map(({ path, className }) => `${path} ${className}`)).toEqual(['x InputLayer', 'hidden Dense', 'scores Dense']);
  for (const part of ['2.10.0', 'hidden', '23', 'optimizer']) expect(text).toContain(part);
});

test.each(['model.json', '.'])('a tfjs model: %s', async (path) => {
  const { json } = await inspect(path);
  expect(json).toMatchObject({ format: 'tfjs-layers', frameworkVersion: '2.10.0', parameters: { total: 23 }, bytes: { weights: 92, optimizer: 0 } });
});

test.each(['tiny/model.onnx', 'tiny'])('model.onnx: %s', async (path) => {
  const { json, text } = await inspect(path);
  expect(json).toMatchObject({
    format: 'onnx',
    file: 'model.onnx',
    parameters: { total: 23, trainable: 23, nonTrainable: 0 },
    unsupported: [],
    unsafe: [],
  });
  expect(json.operators.map(({ op }) => op)).toContain('Gemm');
  expect(text).toContain('hidden');
});

test('model.safetensors', async () => {
  const { json } = await inspect('tiny/model.safetensors');
  expect(json).toMatchObject({ format: 'safetensors', parameters: { total: 23 }, bytes: { weights: 92 } });
  expect(json.tensors.map(({ name }) => name).sort()).toEqual(['hidden.bias', 'hidden.weight', 'scores.bias', 'scores.weight']);
});

test('model.pt', async () => {
  const { json, text } = await inspect('tiny/model.pt');
  expect(json).toMatchObject({ format: 'torch', unsafe: [], archive: { kind: expect.any(String), globals: expect.any(Array) } });
  expect(json.archive?.globals.every(({ isSafe }) => isSafe)).toBe(true);
  expect(json.archive?.records.map(({ name }) => name)).toContainEqual(expect.stringContaining('data.pkl'));
  expect(text).not.toContain('unsafe');
});

test('the real moderation models', async ({ skip }) => {
  const models = ['mobilenet_v2', 'inception_v3'].map((name) => join(packageRoot(), 'demo', name, 'moderation_model.h5')).filter(existsSync);
  if (models.length === 0) return skip('npm run demo makes them');
  for (const model of models) {
    const { json } = await inspect(model);
    expect(json).toMatchObject({ frameworkVersion: expect.stringMatching(/^2\./), unsupported: [], unsafe: [] });
    expect(json.bytes.optimizer).toBeGreaterThan(0);
    expect(json.bytes.weights).toBe(4 * json.parameters.total);
  }
});

test('inspecting leaves nothing', () => {
  expect(readdirSync(scratch.path).sort()).toEqual(['model.json', 'tiny', 'tiny.h5', 'weights.bin']);
});
