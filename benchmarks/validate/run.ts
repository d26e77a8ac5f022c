/** npm run benchmark:validate: what validation reaches of its parts' own throughput, and what memory 100,000 images take. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawSamples } from '../../examples/nsfwjs/draw-samples.ts';
import { convert } from '../../src/convert/convert.ts';
import { iterations } from '../measure/iterations.ts';
import { realModel } from '../measure/real-model.ts';
import { machine, median, verdict, verdictAtLeast, writeResult } from '../measure/report.ts';
import { measureMemory } from './measure-memory.ts';
import { openParts } from './open-parts.ts';

const ROUNDS = iterations(5);
const IMAGES = 640;
const progress = (line: string) => console.error(`  ${line}`);
const scratch = mkdtempSync(join(tmpdir(), 'torchlift-benchmark-'));
console.log(`validation of MobileNetV2 on ${IMAGES} crops, ${ROUNDS} rounds in turns, on ${machine().processor}`);
try {
  const h5 = await realModel('mobilenet_v2');
  const images = await drawSamples(h5, scratch, IMAGES, progress);
  const { bundle } = await convert(h5, { output: join(scratch, 'bundle'), preprocess: 'nsfwjs' });
  const parts = await openParts({ h5, bundle, images, progress });
  const rounds: { reference: number; candidate: number; decoding: number; validation: number; share: number }[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const [reference, candidate, decoding] = [await parts.reference(), await parts.candidate(), await parts.decoding()];
      const validation = await parts.validation();
      rounds.push({ reference, candidate, decoding, validation, share: validation * (1 / reference + 1 / candidate + 1 / decoding) });
      progress(`round ${round + 1} of ${ROUNDS}`);
    }
  } finally {
    await parts.close();
  }
  const of = (key: keyof (typeof rounds)[number]) => median(rounds.map((round) => round[key]));
  const share = of('share');
  console.log(
    `  images a second: reference ${of('reference').toFixed(0)}, candidate ${of('candidate').toFixed(0)}, decode and resize ${of('decoding').toFixed(0)}`,
  );
  console.log(`  validation ${of('validation').toFixed(0)}, ${(100 * share).toFixed(0)} % of 1/(1/a + 1/b + 1/c): ${verdictAtLeast(share, 0.9)}`);
  const memory = await measureMemory(scratch, progress);
  console.log(`  memory of all processes after 10,000 of 100,000 images ${memory.earlyMb.toFixed(0)} MB, after all ${memory.lateMb.toFixed(0)} MB`);
  console.log(`  growth ${memory.growth.toFixed(3)}: ${verdict(memory.growth, 1.05)}`);
  writeResult('validate', { command: 'npm run benchmark:validate', images: IMAGES, share, rounds, memory });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
