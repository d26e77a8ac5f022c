/** npm run benchmark:size: bytes of model.pt and its variants against the weights they hold and the `.h5` they came from. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODELS, type ModelName } from '../../examples/nsfwjs/models.ts';
import { convert } from '../../src/convert/convert.ts';
import { realModel } from '../measure/real-model.ts';
import { verdict, writeResult } from '../measure/report.ts';

/** model.pt's share of the `.h5`, at most. */
const OF_H5: Record<ModelName, number> = { mobilenet_v2: 0.36, inception_v3: 0.4 };

const scratch = mkdtempSync(join(tmpdir(), 'torchlift-benchmark-'));
const results: Record<string, unknown> = {};
try {
  for (const [model, { title }] of Object.entries(MODELS) as [ModelName, (typeof MODELS)[ModelName]][]) {
    const { manifest } = await convert(await realModel(model), {
      output: join(scratch, model),
      formats: ['torchscript'],
      precisions: ['bf16', 'fp16'],
    });
    const sizeOf = (file: string) => manifest.artefacts[file]?.sizeBytes ?? Number.NaN;
    const [float32, bf16, fp16] = [sizeOf('model.pt'), sizeOf('model.bf16.pt'), sizeOf('model.fp16.pt')];
    const { sizeBytes, bytes } = manifest.source;
    console.log(
      `${title}: .h5 ${(sizeBytes / 1e6).toFixed(1)} MB (weights ${(bytes.weights / 1e6).toFixed(1)}), model.pt ${(float32 / 1e6).toFixed(1)} MB`,
    );
    console.log(`  of the weights' bytes  ${(float32 / bytes.weights).toFixed(4)}, ${verdict(float32 / bytes.weights, 1.02)}`);
    console.log(`  of the .h5             ${(float32 / sizeBytes).toFixed(3)}, ${verdict(float32 / sizeBytes, OF_H5[model])}`);
    console.log(`  bf16, fp16 of float32  ${(bf16 / float32).toFixed(3)}, ${(fp16 / float32).toFixed(3)}`);
    results[model] = { h5Bytes: sizeBytes, weightBytes: bytes.weights, float32, bf16, fp16 };
  }
  writeResult('size', { command: 'npm run benchmark:size', models: results });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
