import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Framework, RunPrecision } from '../bundle/evidence/benchmark-evidence.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { verifiedArtefact } from '../bundle/read-bundle.ts';
import { TorchliftError } from '../core/errors.ts';
import type { Device, Engine } from '../engines/engine.ts';
import { openOnnxRuntime } from '../engines/onnxruntime-engine.ts';
import { openTensorflow } from '../engines/open-tensorflow.ts';
import type { Progress } from '../engines/runtimes/ensure-runtime.ts';
import { openWorker } from '../engines/worker-engine.ts';
import type { Contender } from './contender.ts';

export interface ContendersOptions {
  readonly bundle: string;
  readonly manifest: Manifest;
  /** The original model. */
  readonly reference: string | undefined;
  readonly precision: RunPrecision;
  readonly device: Device;
  readonly progress: Progress;
}

/**
 * Opens the engines of one framework: TensorFlow comes as `predict` and as a called `tf.function`, in one process.
 * Errors: `usage` (the bundle lacks the file, no reference), `hash-mismatch`, and those of the engines.
 */
export async function openContenders(framework: Framework, options: ContendersOptions): Promise<readonly Contender[]> {
  const { precision, device, progress } = options;
  progress(`starting ${framework}`);
  switch (framework) {
    case 'pytorch': {
      const model = artefact(options, precision === 'bf16' || precision === 'fp16' ? `model.${precision}.pt` : 'model.pt');
      const engine = await openWorker({ engine: 'torch', model, device, progress });
      return [contender(framework, null, engine, model, precision, { precision: precision === 'autocast' ? 'autocast' : 'fp32' })];
    }
    case 'onnxruntime': {
      const model = artefact(options, 'model.onnx');
      return [contender(framework, null, await openOnnxRuntime({ model }), model, 'fp32', {})];
    }
    case 'tensorflow': {
      const model = options.reference;
      if (model === undefined) {
        throw new TorchliftError('usage', {
          what: 'TensorFlow needs the original model',
          where: '--reference',
          remedy: 'Name it with --reference, or run where moderation_model.h5 lies.',
        });
      }
      const engine = await openTensorflow({ model, device, progress });
      return [
        contender(framework, null, engine, model, 'fp32', { call: 'predict' }),
        contender(framework, 'function', engine, model, 'fp32', { call: 'function' }),
      ];
    }
  }
}

function contender(
  framework: Framework,
  variant: string | null,
  engine: Engine,
  model: string,
  precision: RunPrecision,
  options: Contender['options'],
): Contender {
  return { framework, variant, engine, options, model: basename(model), modelBytes: statSync(model).size, precision };
}

function artefact({ bundle, manifest }: ContendersOptions, file: string): string {
  const variant = /^model\.(bf16|fp16)\.pt$/.exec(file)?.[1];
  if (variant !== undefined && !Object.hasOwn(manifest.artefacts, file)) {
    throw new TorchliftError('usage', {
      what: `has no ${file}`,
      where: bundle,
      remedy: `Make it: torchlift convert ${manifest.source.file} -o ${bundle} --precision ${variant} --force.`,
    });
  }
  return verifiedArtefact(bundle, manifest, file);
}
