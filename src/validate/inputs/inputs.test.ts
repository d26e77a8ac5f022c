import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { PortRecord } from '../../bundle/manifest.ts';
import type { Tensor } from '../../engines/tensor.ts';
import type { Batch, BatchSource } from '../batch.ts';
import { batchSize } from './batch-size.ts';
import { generatedInputs } from './generated-inputs.ts';
import { imageFlags } from './image-flags.ts';
import { drawImages, listImages } from './list-images.ts';
import { stackRows } from './stack-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'torchlift-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const port = (shape: readonly (number | string)[], more: Partial<PortRecord> = {}): PortRecord => ({
  name: 'x',
  dtype: 'float32',
  layout: shape.length === 4 ? 'NHWC' : null,
  shape: ['N', ...shape.slice(1)],
  ...more,
});

test('files below a folder by path: hidden ones and folders left out, links to nothing not', () => {
  for (const name of ['b.jpg', 'a b.png', '.hidden.jpg', 'sub/deep/c.gif', '.git/d.jpg', 'sub/.cache/e.jpg', 'Ä.bmp']) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
  symlinkSync('b.jpg', join(folder, 'link.jpg'));
  symlinkSync('gone', join(folder, 'broken.jpg'));
  symlinkSync('circle.jpg', join(folder, 'circle.jpg'));
  symlinkSync('..', join(folder, 'sub', 'up'));
  expect(listImages(folder)).toEqual(['a b.png', 'b.jpg', 'broken.jpg', 'circle.jpg', 'link.jpg', 'sub/deep/c.gif', 'Ä.bmp']);
  // A folder whose own path is hidden is what was asked for.
  expect(listImages(join(folder, '.git'))).toEqual(['d.jpg']);
  for (const none of [join(folder, 'none'), join(folder, 'b.jpg')]) expect(() => listImages(none)).toThrow('there is no such folder');
});

test('samples are drawn evenly, in order, and the same each time', () => {
  const files = Array.from({ length: 100 }, (_, index) => `${index}`.padStart(3, '0'));
  const drawn = drawImages(files, 30);
  expect(drawn).toEqual(drawImages(files, 30));
  expect(new Set(drawn).size).toBe(30);
  expect([...drawn].sort()).toEqual(drawn);
  expect(drawn.filter((name) => name < '050').length).toBeGreaterThan(7);
  expect(drawn.filter((name) => name >= '050').length).toBeGreaterThan(7);
  for (const all of [undefined, 100, 1000]) expect(drawImages(files, all)).toEqual(files);
});

test.each([
  ['small rows', [port(['N', 4])], 32],
  ['a photo', [port(['N', 299, 299, 3])], 32],
  ['a large photo', [port(['N', 2000, 2000, 3])], 1],
  ['bytes of one', [port(['N', 1000, 1000, 3], { dtype: 'uint8' })], 22],
  ['an image of any size', [port(['N', 'H', 'W', 3])], 5],
  ['a sequence of any length', [port(['N', 'T', 16])], 32],
  ['two inputs', [port(['N', 1000, 1000, 3]), port(['N', 1000, 1000, 3])], 2],
])('rows of a batch: %s', (_, ports, rows) => {
  expect(batchSize(ports)).toBe(rows);
});

async function all(source: BatchSource): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of source.batches()) batches.push(batch);
  return batches;
}
const floats = ({ data }: Tensor) => new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);

test('generated pictures fill the range of each channel, in either layout, and are the same each time', async () => {
  const ranges = [
    { low: -1, high: 1 },
    { low: 0, high: 255 },
    { low: 5, high: 6 },
  ];
  for (const layout of ['NHWC', 'NCHW'] as const) {
    const picture = port(layout === 'NHWC' ? ['N', 12, 10, 3] : ['N', 3, 12, 10], { layout });
    const source = generatedInputs([picture], ranges, 70);
    expect(source).toMatchObject({ total: 70, description: 'generated', arePictures: true, skipped: [] });
    const batches = await all(source);
    expect(batches.map(({ rows }) => rows.length)).toEqual([32, 32, 6]);
    expect(new Set(batches.flatMap(({ rows }) => rows.map(({ id }) => id))).size).toBe(70);
    expect(batches.map(({ inputs }) => inputs[0]?.shape[0])).toEqual([32, 32, 6]);
    const values = batches.flatMap(({ inputs }) => [...floats(inputs[0] as Tensor)]);
    ranges.forEach(({ low, high }, channel) => {
      const own = values.filter((_, index) => (layout === 'NHWC' ? index % 3 : Math.floor(index / 120) % 3) === channel);
      const share = (Math.max(...own) - Math.min(...own)) / (high - low);
      expect([Math.min(...own) >= low, Math.max(...own) <= high, share > 0.9]).toEqual([true, true, true]);
    });
    expect(await all(generatedInputs([picture], ranges, 70))).toEqual(batches);
  }
});

test('generated rows of other dtypes, and what nothing can be generated for', async () => {
  const ports = [port(['N', 4]), port(['N', 5, 5, 3], { dtype: 'uint8' }), port(['N', 3], { dtype: 'int64' }), port(['N', 3], { dtype: 'int32' })];
  const [batch] = await all(generatedInputs(ports, [], 2));
  expect(batch?.inputs.map(({ dtype, shape, data }) => [dtype, shape, data.byteLength])).toEqual([
    ['float32', [2, 4], 32],
    ['uint8', [2, 5, 5, 3], 150],
    ['int64', [2, 3], 48],
    ['int32', [2, 3], 24],
  ]);
  await expect(all(generatedInputs([port(['N', 'T'])], [], 1))).rejects.toThrow('has a free size (N, T)');
  await expect(all(generatedInputs([port(['N', 3], { dtype: 'float64' })], [], 1))).rejects.toThrow('of float64');
});

test('rows are stacked into a buffer of their own; a row of another shape is a bug, even of the same size', () => {
  const row = (shape: readonly number[], value: number): Tensor => ({ dtype: 'uint8', shape, data: new Uint8Array(6).fill(value) });
  expect(stackRows([row([1, 2, 3], 1), row([1, 2, 3], 2)])).toEqual({
    dtype: 'uint8',
    shape: [2, 2, 3],
    data: Uint8Array.of(1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2),
  });
  expect(() => stackRows([row([1, 2, 3], 1), row([1, 3, 2], 2)])).toThrow('a row of [1, 3, 2] among [1, 2, 3]');
});

test('flags of images: the first ones by name, then their number', () => {
  const flags = imageFlags();
  flags.add('whole.jpg', []);
  expect(flags.warnings()).toEqual([]);
  for (let index = 0; index < 25; index++) flags.add(`${index}.jpg`, ['damaged JPEG', 'grey']);
  expect(flags.warnings()).toHaveLength(21);
  expect(flags.warnings()[0]).toBe('0.jpg: damaged JPEG; grey');
  expect(flags.warnings().at(-1)).toBe('and 5 more images with such flags');
});
