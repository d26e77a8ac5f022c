import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { convert } from '../../src/convert/convert.ts';
import { seededRandom } from '../../src/core/seeded-random.ts';
import { loadConfig } from '../../src/gateway/config/load-config.ts';
import { type Gateway, serve } from '../../src/gateway/serve.ts';
import { PHOTO_CLASSES, writePhotoModel } from '../support/photo-model.ts';
import { pngOf } from '../support/png.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('reference');
const opened: Gateway[] = [];
let bundle: string;
const random = seededRandom(7);
const image = pngOf(
  90,
  70,
  Uint8Array.from({ length: 90 * 70 * 3 }, () => Math.floor(256 * random())),
);

beforeAll(async () => {
  await writePhotoModel(scratch.join('model.h5'));
  ({ bundle } = await convert(scratch.join('model.h5'), { output: scratch.join('bundle'), classes: PHOTO_CLASSES, preprocess: '0..1' }));
});
afterAll(() => Promise.all(opened.map((gateway) => gateway.close())));

async function open(flags: Record<string, unknown>) {
  const events: string[] = [];
  const config = loadConfig(undefined, { model: bundle, port: 0, adminPort: 0, device: 'cpu', workers: 1, ...flags });
  const gateway = await serve(config, { onLine: (line) => events.push(line), onAnswer: () => {} });
  opened.push(gateway);
  const ask = async (headers: Record<string, string> = {}) => {
    const answer = await fetch(`http://127.0.0.1:${gateway.port}/v1/moderate`, { method: 'POST', body: image, headers });
    return { status: answer.status, ...((await answer.json()) as { variant?: string; scores?: number[] }) };
  };
  return { gateway, ask, events };
}

const figures = async ({ adminPort }: Gateway) => (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();

describe.each(['TensorFlow here', 'a server elsewhere'])('with %s beside it', (where) => {
  let reference: string;
  beforeAll(async () => {
    if (where === 'TensorFlow here') reference = scratch.join('model.h5');
    else {
      const { gateway } = await open({});
      reference = `http://127.0.0.1:${gateway.port}/v1/models/moderation`;
    }
  });

  test('the candidate answers; what it fails, the reference does, and it is counted', async () => {
    const { gateway, ask } = await open({ reference });
    const before = await ask();
    expect(before).toMatchObject({ status: 200, variant: 'candidate' });
    const [candidate] = gateway.workerPids;
    // Neither alive nor dead: its batch is never answered.
    process.kill(candidate as number, 'SIGSTOP');
    const instead = await ask({ 'x-request-timeout-ms': '3000' });
    expect(instead).toMatchObject({ status: 200, variant: 'reference' });
    expect(instead.scores).toEqual(before.scores?.map((score) => expect.closeTo(score, 5)));
    expect(await figures(gateway)).toMatch(/torchlift_candidate_failures_total\{reason="[\w-]+"\} 1/);
    // Taken for hung, replaced, and back.
    await expect.poll(async () => (await ask()).variant, { timeout: 60_000, interval: 200 }).toBe('candidate');
  });

  test('an image that is none is refused once, not asked about twice', async () => {
    const { gateway } = await open({ reference });
    const answer = await fetch(`http://127.0.0.1:${gateway.port}/v1/moderate`, { method: 'POST', body: image.subarray(0, 500) });
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code: 'refused-input', decision: 'undecided' })]);
    expect(await figures(gateway)).not.toContain('torchlift_candidate_failures_total{');
  });
});

test('a reference that is no Keras file is told before anything is served', async () => {
  writeFileSync(scratch.join('no.h5'), 'nothing');
  await expect(open({ reference: scratch.join('no.h5') })).rejects.toMatchObject({ code: 'not-a-model' });
  await expect(open({ reference: scratch.join('none.h5') })).rejects.toMatchObject({ code: 'file-not-found' });
});
