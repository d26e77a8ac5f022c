import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { convert } from '../../src/convert/convert.ts';
import { validate } from '../../src/validate/validate.ts';
import { COLOURS, colourPng, writeColourModel } from '../../test/validate/colour-model.ts';

const IMAGES = 100_000;
const EARLY = IMAGES / 10;
const FOLDERS = 100;

/** A small model on as many different small images as a night's validation has: the resident size of this process and all workers, early and late. */
export async function measureMemory(scratch: string, progress: (line: string) => void) {
  await writeColourModel(join(scratch, 'colours.h5'));
  const { bundle } = await convert(join(scratch, 'colours.h5'), { output: join(scratch, 'colours'), classes: COLOURS });
  const images = join(scratch, 'many');
  for (let folder = 0; folder < FOLDERS; folder++) mkdirSync(join(images, String(folder)), { recursive: true });
  for (let index = 0; index < IMAGES; index++) writeFileSync(join(images, String(index % FOLDERS), `${index}.png`), colourPng(index % 3, index));
  progress(`${IMAGES} images written`);
  let early = 0;
  let late = 0;
  await validate({
    candidate: bundle,
    reference: join(scratch, 'colours.h5'),
    images,
    onProgress: (done, _, line) => {
      if (done >= EARLY && early === 0) early = residentBytes();
      // Sampled at every tenth, so that a peak isn't missed for the last reading.
      if (done >= EARLY && done % 10_000 < 32) {
        late = Math.max(late, residentBytes());
        progress(`${done}: ${line}`);
      }
    },
  });
  return { images: IMAGES, earlyMb: early / 1e6, lateMb: late / 1e6, growth: late / early };
}

/** Of this process and everything below it. */
function residentBytes(): number {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const family = new Set([process.pid]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid, parent] of rows)
      if (family.has(parent) && !family.has(pid)) {
        family.add(pid);
        grown = true;
      }
  }
  return rows.reduce((sum, [pid, , kilobytes]) => sum + (family.has(pid) ? kilobytes * 1024 : 0), 0);
}
