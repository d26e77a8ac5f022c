/** npm run benchmark:inference: model.pt at batch 32 against TensorFlow's predict, both real models, in interleaved rounds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODELS, type ModelName } from '../../examples/nsfwjs/models.ts';
import { convert } from '../../src/convert/convert.ts';
import { openWorker } from '../../src/engines/worker-engine.ts';
import { iterations } from '../measure/iterations.ts';
import { measureInTurns } from '../measure/measure-in-turns.ts';
import { realModel } from '../measure/real-model.ts';
import { machine, verdict, writeResult } from '../measure/report.ts';

const BATCH = 32;
const ROUNDS = iterations(15);
/** Of predict's time, at most. */
const TARGETS: Record<ModelName, { float32: number; bfloat16: number }> = {
  mobilenet_v2: { float32: 0.7, bfloat16: 0.45 },
  inception_v3: { float32: 1, bfloat16: 0.52 },
};

const { bf16, processor } = machine();
const progress = (line: string) => console.error(`  ${line}`);
const scratch = mkdtempSync(join(tmpdir(), 'torchlift-benchmark-'));
const results: Record<string, unknown> = {};
console.log(`model.pt against predict, batch ${BATCH}, p50 of ${ROUNDS} interleaved rounds, on ${processor}`);
try {
  for (const [model, { title, size }] of Object.entries(MODELS) as [ModelName, (typeof MODELS)[ModelName]][]) {
    const h5 = await realModel(model);
    const { bundle } = await convert(h5, { output: join(scratch, model), formats: ['torchscript'], precisions: ['bf16'] });
    const pixels = Float32Array.from({ length: BATCH * size * size * 3 }, (_, index) => ((index * 2654435761) % 4096) / 4095);
    const batch = { dtype: 'float32' as const, shape: [BATCH, size, size, 3], data: new Uint8Array(pixels.buffer) };
    const engines = await Promise.all([
      openWorker({ engine: 'tensorflow', model: h5, progress }),
      openWorker({ engine: 'torch', model: join(bundle, 'model.pt'), progress }),
      ...(bf16 ? [openWorker({ engine: 'torch', model: join(bundle, 'model.bf16.pt'), progress })] : []),
    ]);
    try {
      const [predict, float32, bfloat16] = await measureInTurns(engines, [{ call: 'predict' }], batch, ROUNDS, () => {});
      if (predict === undefined || float32 === undefined) throw new Error('nothing was measured');
      const ratio = float32.p50Ms / predict.p50Ms;
      const bf16Ratio = bfloat16 === undefined ? null : bfloat16.p50Ms / predict.p50Ms;
      console.log(
        `  ${title.padEnd(12)} predict ${predict.p50Ms.toFixed(0)} ms, float32 ${float32.p50Ms.toFixed(0)} ms: ${ratio.toFixed(2)}, ${verdict(ratio, TARGETS[model].float32)}`,
      );
      console.log(
        `  ${''.padEnd(12)} bfloat16 ${bf16Ratio === null ? 'n/a: the processor has no bfloat16 arithmetic' : `${bf16Ratio.toFixed(2)}, ${verdict(bf16Ratio, TARGETS[model].bfloat16)}`}`,
      );
      results[model] = {
        predict,
        float32,
        bfloat16: bfloat16 ?? null,
        float32Ratio: ratio,
        bfloat16Ratio: bf16Ratio,
        engines: engines.map(({ description }) => description),
      };
    } finally {
      await Promise.all(engines.map((engine) => engine.close()));
    }
  }
  writeResult('inference', { command: 'npm run benchmark:inference', batch: BATCH, rounds: ROUNDS, models: results });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
