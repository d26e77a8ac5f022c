import { invariant, TorchliftError } from '../../core/errors.ts';
import type { KerasModelFile, NamedWeight } from '../../formats/keras-model-file.ts';
import type { Graph, ModelInfo, Path } from '../graph/graph.ts';
import { bindWeights } from './binding/bind-weights.ts';
import { float32Source } from './binding/float32-source.ts';
import { LayerInstances } from './calls/layer-instances.ts';
import type { LayerInstance } from './calls/plan.ts';
import { planCalls } from './calls/plan-calls.ts';
import { ConfigSource } from './dialect/config-source.ts';
import { readModelConfig } from './dialect/read-model-config.ts';
import { CallEmitter } from './emit/emit-calls.ts';
import { survey } from './emit/survey.ts';
import { errorOfFindings } from './finding.ts';

export interface ImportOptions {
  /** The model's own name where omitted. */
  readonly modelName?: string;
  readonly classes?: readonly string[];
  readonly preprocess?: readonly unknown[];
}

/** Which of the file's weights became which parameter or buffer. */
export interface WeightBinding {
  /** Path and Keras' name: `base/block_1_expand/kernel`. */
  readonly name: string;
  /** As the file calls it. */
  readonly sourceName: string;
  readonly owner: Path;
  readonly part?: string;
  readonly role: string;
  readonly kind: 'parameter' | 'buffer';
  readonly trainable: boolean;
  /** In Keras' layout. */
  readonly shape: readonly number[];
}

export interface ImportedModel {
  readonly graph: Graph;
  readonly warnings: readonly string[];
  /** One for each variable of the layers that outputs need, in graph order. */
  readonly bindings: readonly WeightBinding[];
}

/**
 * A saved Keras model as a graph: ONNX operators in Keras' axis order, with its calls, and the weights of the file as lazy sources in
 * Keras' layout, one for each variable however often its layer is called.
 *
 * Throws, after everything was looked at: `unsafe-lambda` (exit 4), `malformed-config` or `malformed-weights` (5), `limit-exceeded` (6),
 * `unsupported` with every layer concerned, or `weights-only` (7). Nothing the file carries is run.
 */
export function importKeras(file: KerasModelFile, options: ImportOptions = {}): ImportedModel {
  if (file.config === undefined) throw weightsOnly(file.fileName);
  const { model, warnings } = readModelConfig(file.config, file);
  const instances = new LayerInstances(model);
  const plan = planCalls(model, instances, new ConfigSource(file.fileName, file.kerasVersion));
  const info: ModelInfo = {
    name: options.modelName ?? model.name,
    sourceName: file.fileName,
    framework: 'keras',
    frameworkVersion: file.kerasVersion ?? 'unknown',
    classes: options.classes,
    preprocess: options.preprocess,
  };
  const trial = survey(plan, info, file.fileName);
  if (trial.findings.length > 0) throw errorOfFindings(trial.findings, file.fileName);
  const needed = new Set(plan.calls.map(({ layer }) => layer));
  const bound = bindWeights(file, model, instances, trial.specsOf, needed);
  const bindings: WeightBinding[] = [];
  const emitter = new CallEmitter(info, file.fileName, (builder, layer, specs) =>
    specs.map((spec, index) => {
      const weight = bound.get(layer)?.[index];
      invariant(weight !== undefined, `${layer.path.join('/')}: ${spec.kerasName} was not bound`);
      const binding = bindingOf(layer, spec, weight);
      bindings.push(binding);
      const { name, shape: _, ...rest } = binding;
      return builder.weight({ ...rest, source: float32Source(weight.source) }, name);
    }),
  );
  emitter.inputs(plan);
  for (const call of plan.calls) emitter.call(call);
  if (emitter.findings.length > 0) throw errorOfFindings(emitter.findings, file.fileName);
  for (const { name, tensor } of plan.outputs) {
    const value = emitter.value(tensor);
    if (value === undefined) throw missingOutput(name, file.fileName);
    emitter.builder.output(name, value);
  }
  return { graph: emitter.builder.build(), warnings: [...warnings, ...backendWarnings(file), ...emitter.warnings.lines()], bindings };
}

function bindingOf(
  layer: LayerInstance,
  spec: { role: string; part?: string; kind: 'parameter' | 'buffer'; kerasName: string },
  weight: NamedWeight,
): WeightBinding {
  return {
    name: [...layer.path, spec.part, spec.kerasName].filter(Boolean).join('/'),
    sourceName: weight.name,
    owner: layer.path,
    ...(spec.part === undefined ? {} : { part: spec.part }),
    role: spec.role,
    kind: spec.kind,
    trainable: spec.kind === 'parameter' && layer.trainable,
    shape: weight.source.shape,
  };
}

function weightsOnly(fileName: string): TorchliftError {
  return new TorchliftError('weights-only', {
    what: 'the file holds weights but no architecture',
    where: fileName,
    remedy: 'Pass the architecture with --architecture model.json (what model.to_json() returns), or save the whole model with model.save().',
  });
}

function missingOutput(name: string, fileName: string): TorchliftError {
  return new TorchliftError('malformed-config', {
    what: `the model's output ${name} is none of its layer's outputs`,
    where: fileName,
    remedy: 'The file was edited or damaged; save the model again from Keras.',
  });
}

function backendWarnings({ backend }: KerasModelFile): string[] {
  // CNTK's convolutions are correlations, as TensorFlow's; what it computes otherwise was never compared.
  return backend === 'cntk' ? ['the model was saved on the CNTK backend: it is read as one of TensorFlow; validate decides'] : [];
}
