import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDemoModel } from '../../examples/nsfwjs/demo-model.ts';
import { PHOTOS } from '../../examples/nsfwjs/packages.ts';
import { unpackPackage } from '../../examples/nsfwjs/unpack-package.ts';
import type { PortRecord } from '../../src/bundle/manifest.ts';
import { readManifest } from '../../src/bundle/read-bundle.ts';
import { convert } from '../../src/convert/convert.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { openPreprocessor } from '../../src/engines/open-preprocessor.ts';
import { openWorker } from '../../src/engines/worker-engine.ts';
import { PRESETS, type Step } from '../../src/preprocess/steps.ts';
import { findAmong } from '../../src/validate/find-preprocess/find-among.ts';
import { judgePipelines } from '../../src/validate/find-preprocess/judge-pipelines.ts';
import { type Answer, PipelineAnswers } from '../../src/validate/find-preprocess/pipeline-answers.ts';
import { stepsOf } from '../../src/validate/find-preprocess/pipeline-space.ts';
import { drawChoice } from '../../src/validate/find-preprocess/testing/draw-choice.ts';
import { FULL } from '../support/form.ts';
import { PHOTO_CLASSES, writePhotoModel } from '../support/photo-model.ts';
import { torchTestPython } from '../support/python-environments.ts';
import { runPython } from '../support/run-python.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('drawn-pipelines');
const quiet = () => {};

interface Model {
  readonly name: string;
  readonly draws: number;
  /** Leaves a bundle in the folder and returns its path. */
  readonly make: (folder: string) => Promise<string>;
  /** What its photos are cut from. */
  readonly photos: () => Promise<readonly string[]>;
}

const SMALL: Model = {
  name: 'a small network',
  draws: FULL ? 100 : 10,
  make: async (folder) => {
    await writePhotoModel(join(folder, 'model.h5'));
    await convert(join(folder, 'model.h5'), { output: join(folder, 'bundle'), classes: PHOTO_CLASSES });
    return join(folder, 'bundle');
  },
  photos: async () => [],
};
const REAL: Model = {
  name: 'MobileNetV2',
  draws: 12,
  make: async (folder) => {
    await makeDemoModel('mobilenet_v2', folder, quiet);
    return join(folder, 'moderation_model');
  },
  photos: () => Promise.all(PHOTOS.map(async (photo) => join(await unpackPackage(photo), 'data', 'image.jpg'))),
};

describe.each(FULL ? [SMALL, REAL] : [SMALL])('behind $name', ({ name, draws, make, photos }) => {
  let size: readonly [number, number];
  let fresh: () => PipelineAnswers;
  /** What was asked for one pipeline isn't asked again for the next. */
  let answers: PipelineAnswers;
  let count = 0;
  const opened: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    const folder = scratch.join(name.replaceAll(' ', '-'));
    await runPython(await torchTestPython(), [join(packageRoot(), 'test/validate/make_photos.py'), join(folder, 'photos'), ...(await photos())]);
    const bundle = await make(folder);
    const port = readManifest(bundle).inputs[0] as PortRecord;
    size = [Number(port.shape[1]), Number(port.shape[2])];
    const candidate = await openWorker({ engine: 'torch', model: join(bundle, 'model.pt'), device: 'cpu', progress: quiet });
    opened.push(candidate);
    const preprocessor = await openPreprocessor({ source: null, progress: quiet });
    opened.push(preprocessor);
    const images = readdirSync(join(folder, 'photos'))
      .sort()
      .map((file) => readFileSync(join(folder, 'photos', file)));
    count = images.length;
    fresh = () => new PipelineAnswers({ images, port, size, preprocessor, candidate, candidateOptions: {} });
    answers = fresh();
  });
  afterAll(() => Promise.all(opened.map((each) => each.close())));

  /** What the search makes of these answers to images; of null, production had refused the image. */
  async function find(recorded: readonly Answer[], asked = answers) {
    const kept = [...recorded.keys()].filter((image) => recorded[image] !== null);
    const of = (images: readonly number[]) => images.map((image) => kept[image] as number);
    const rows = kept.map((image) => recorded[image] as Float32Array);
    const tried = await findAmong({
      answers: {
        of: (pipelines, images) => asked.of(pipelines, of(images)),
        prepare: (pipelines, images) => asked.prepare(pipelines, of(images)),
        keyOf: (steps, image) => asked.keyOf(steps, kept[image] as number),
        leaveUpright: (images) => asked.leaveUpright(of(images)),
      },
      recorded: rows,
      size,
      onProgress: quiet,
    });
    return judgePipelines(tried, rows);
  }

  const rounded = (row: Answer) => row?.map((score) => Number(score.toFixed(4))) ?? null;
  const random = seededRandom(18);
  const pipelines: readonly (readonly [string, () => readonly Step[]])[] = [
    ...Object.entries(PRESETS)
      // Its crop is of 224 pixels, whatever the model's size.
      .filter(([preset]) => preset !== 'open_nsfw' || name === REAL.name)
      .map(([preset, steps]) => [preset, () => steps] as const),
    ...Array.from({ length: draws }, (_, index) => {
      const choice = drawChoice(random);
      return [`the pipeline drawn as number ${index}`, () => stepsOf(choice, ...size)] as const;
    }),
  ];
  describe.each(pipelines)('%s', (_, stepsOfIt) => {
    test.each([
      ['exact', (row: Answer) => row],
      ['rounded to four decimals', rounded],
    ])('is named by scores that are %s', async (_form, record) => {
      const steps = stepsOfIt();
      const [scores] = await answers.of([steps], [...Array(count).keys()]);
      const verdict = await find((scores as readonly Answer[]).map(record));
      expect(verdict.found).toBe(true);
      expect([verdict, ...verdict.equivalent].map((each) => each.steps)).toContainEqual(steps);
      expect(verdict.runnerUp?.distance).toBeGreaterThan(verdict.distance as number);
    });
  });

  const [decode, resize, scale] = PRESETS['0..1'] as readonly [Step, Step, Step];
  test.each<[string, readonly Step[]]>([
    ['a second JPEG of another quality', [decode, resize, { step: 're-encode', quality: 92 }, scale]],
    [
      'a border of another grey',
      [decode, { ...resize, preserve_aspect_ratio: true } as Step, { step: 'pad', value: 114, height: null, width: null }, scale],
    ],
    ['another divisor', [decode, resize, { step: 'scale', divide: 254, offset: 0 }]],
    ['two resizes', [decode, { ...resize, height: 90, width: 90 } as Step, resize, scale]],
  ])('none is found where the original had %s', async (_, steps) => {
    const [scores] = await answers.of([steps], [...Array(count).keys()]);
    expect(await find(scores as readonly Answer[])).toMatchObject({ found: false, runnerUp: { distance: expect.any(Number) } });
  });

  test('a preset costs some hundred runs of the model, none at all some thousand of 2.8 million', async () => {
    const costs: number[] = [];
    for (const steps of [PRESETS.nsfwjs as readonly Step[], [decode, { ...resize, height: 90, width: 90 } as Step, resize, scale]]) {
      const [scores] = await answers.of([steps], [...Array(count).keys()]);
      const asked = fresh();
      await find(scores as readonly Answer[], asked);
      costs.push(asked.cost.runs);
    }
    expect(costs[0]).toBeLessThan(600);
    expect(costs[1]).toBeLessThan(7500);
  });

  test('none is found for random scores', async () => {
    const scores = Array.from({ length: count }, () => {
      const parts = Float32Array.from({ length: 5 }, () => -Math.log(1 - random()));
      const sum = parts.reduce((total, part) => total + part, 0);
      return parts.map((part) => part / sum);
    });
    expect(await find(scores)).toMatchObject({ found: false });
  });
});
