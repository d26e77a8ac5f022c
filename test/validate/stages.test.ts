import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ValidationEvidence } from '../../src/bundle/evidence/validation-evidence.ts';
import { convert } from '../../src/convert/convert.ts';
import { validate } from '../../src/validate/validate.ts';
import { bmpOf } from '../support/bmp.ts';
import { startModelServer } from '../support/model-server.ts';
import { pngChunk } from '../support/png.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { COLOURS, colourPng, writeColourImages, writeColourModel } from './colour-model.ts';

const scratch = scratchFolder('stages');
const IMAGES = 60;
let server: Awaited<ReturnType<typeof startModelServer>>;

beforeAll(async () => {
  await writeColourModel(scratch.join('model.h5'));
  await convert(scratch.join('model.h5'), { output: scratch.join('bundle'), classes: COLOURS });
  writeColourImages(scratch.join('images'), IMAGES);
  // What one side alone takes: TensorFlow refuses a BMP with a byte too many, our limits a text that unfolds to megabytes.
  writeFileSync(scratch.join('images/longer.bmp'), Buffer.concat([redBmp(9, 11), Buffer.from('x')]));
  writeFileSync(scratch.join('images/text.png'), withText(colourPng(0, 900), Buffer.alloc(2 << 20, 'a')));
  writeFileSync(scratch.join('images/notes.txt'), 'not an image');
  writeFileSync(scratch.join('images/palette.bmp'), paletteBmp(9, 12));
  server = await startModelServer(scratch.join('model.h5'));
});
afterAll(() => server?.stop());

const options = () => ({ candidate: scratch.join('bundle'), reference: scratch.join('model.h5'), images: scratch.join('images') });
const stage = ({ stages }: ValidationEvidence, name: string) => stages.find((each) => each.stage === name);

test('the same tensors, the same pixels, the same files: what one side alone takes is a disagreement of the files', async () => {
  const evidence = await validate(options());
  expect(evidence).toMatchObject({ stage: 'tensors', samples: IMAGES + 1, agreements: IMAGES + 1 });
  expect(evidence.skipped.files).toContainEqual({ path: 'palette.bmp', reason: expect.stringContaining("it isn't compared") });
  expect(evidence.stages.map((each) => each.stage)).toEqual(['tensors', 'pixels', 'bytes']);
  const all = { samples: IMAGES + 1, agreements: IMAGES + 1, otherInputs: 0, refused: { reference: 0, candidate: 0 }, flips: [] };
  expect(stage(evidence, 'tensors')).toMatchObject(all);
  expect(stage(evidence, 'pixels')).toMatchObject(all);
  expect(stage(evidence, 'bytes')).toMatchObject({
    samples: IMAGES + 2,
    agreements: IMAGES,
    otherInputs: 0,
    refused: { reference: 1, candidate: 1 },
    flips: [
      { id: 'text.png', reference: { label: 'red' }, candidate: { label: 'undecided', scores: [] } },
      { id: 'longer.bmp', reference: { label: 'undecided', scores: [] }, candidate: { label: 'red' } },
    ],
  });
  expect(stage(evidence, 'bytes')?.agreement).toBeCloseTo(IMAGES / (IMAGES + 2), 12);
});

test('a pipeline that does otherwise than its steps say: the tensors agree, from the pixels on the original sees something else', async () => {
  // Its channels in another order behind the decoder, its hash in the manifest: what a fault in a step would be.
  cpSync(scratch.join('bundle'), scratch.join('other'), { recursive: true });
  const [file, list] = [scratch.join('other/preprocess.py'), scratch.join('other/manifest.json')];
  const source = readFileSync(file, 'utf8').replace('image = decode_tensorflow(data)', 'image = decode_tensorflow(data)[..., ::-1]');
  writeFileSync(file, source);
  const manifest = JSON.parse(readFileSync(list, 'utf8'));
  const sha256 = createHash('sha256').update(source).digest('hex');
  manifest.artefacts['preprocess.py'] = { ...manifest.artefacts['preprocess.py'], sha256, sizeBytes: Buffer.byteLength(source) };
  writeFileSync(list, JSON.stringify(manifest));
  const evidence = await validate({ ...options(), candidate: scratch.join('other') });
  const [tensors, pixels, bytes] = evidence.stages;
  expect(tensors).toMatchObject({ samples: IMAGES + 1, agreements: IMAGES + 1, otherInputs: 0 });
  // Green stays green; red and blue change places.
  expect(pixels).toMatchObject({ samples: IMAGES + 1, agreements: IMAGES / 3, otherInputs: IMAGES + 1 });
  expect(pixels?.flips.map(({ reference, candidate }) => `${reference.label} ${candidate.label}`)).toContain('red blue');
  // TensorFlow doesn't take longer.bmp as a file.
  expect(bytes).toMatchObject({ agreements: IMAGES / 3, otherInputs: IMAGES, refused: { reference: 1 } });
});

test('a pipeline that TensorFlow has no operation for is compared from the tensors on', async () => {
  const evidence = await validate({ ...options(), preprocess: 'load_img' });
  expect(evidence.stages).toMatchObject([{ stage: 'tensors', samples: evidence.samples }]);
});

test('a served model that takes files: it gets them as they are, one that it refuses fails alone', async () => {
  const evidence = await validate({ ...options(), reference: `${server.origin}/v1/models/images` });
  expect(evidence).toMatchObject({
    stage: 'bytes',
    samples: IMAGES + 2,
    agreements: IMAGES,
    undecided: { both: 0, reference: 1, candidate: 1 },
    stages: [{ stage: 'bytes', samples: IMAGES + 2, agreements: IMAGES, refused: { reference: 1, candidate: 1 } }],
  });
  expect(evidence.maxScoreDifference).toBeLessThan(1e-5);
  expect(evidence.flips.map(({ id }) => id).sort()).toEqual(['longer.bmp', 'text.png']);
  expect(evidence.skipped.files.map(({ path }) => path).sort()).toEqual(['notes.txt', 'palette.bmp', 'text.png']);
  await expect(validate({ candidate: scratch.join('bundle'), reference: `${server.origin}/v1/models/images` })).rejects.toMatchObject({
    code: 'usage',
    what: expect.stringContaining('takes the bytes of images'),
  });
});

test('recorded answers to files are of the files: what production answered and the candidate refuses is a disagreement', async () => {
  const red = '[1, 0, 0]';
  const lines = ['images/text.png', 'images/red/0.png', 'images/red/3.png'].map((image) => `{"image": "${image}", "scores": ${red}}`);
  writeFileSync(scratch.join('recorded.jsonl'), lines.join('\n'));
  const evidence = await validate({ candidate: scratch.join('bundle'), inputs: scratch.join('recorded.jsonl') });
  expect(evidence).toMatchObject({ stage: 'bytes', samples: 3, agreements: 2, undecided: { candidate: 1 }, flipsTotal: 1 });
});

function redBmp(height: number, width: number): Buffer {
  const stride = (width * 3 + 3) & ~3;
  const pixels = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row++) for (let column = 0; column < width; column++) pixels[row * stride + column * 3 + 2] = 200 + row;
  return bmpOf(width, height, { bits: 24, pixels });
}

/** Eight bits a pixel, all of a table's second colour, which is red. `width`: a multiple of 4. */
function paletteBmp(height: number, width: number): Buffer {
  const table = Buffer.alloc(1024);
  table.set([0, 0, 255], 4);
  return bmpOf(width, height, { bits: 8, table, pixels: Buffer.alloc(width * height, 1) });
}

/** The PNG with a compressed text behind its header. */
function withText(png: Buffer, text: Buffer): Buffer {
  const header = 8 + 25;
  const chunk = pngChunk('zTXt', Buffer.concat([Buffer.from('a\0\0', 'latin1'), deflateSync(text)]));
  return Buffer.concat([png.subarray(0, header), chunk, png.subarray(header)]);
}
