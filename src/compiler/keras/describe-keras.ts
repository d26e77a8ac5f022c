import { elementCount } from '../../core/dtypes.ts';
import { TorchliftError } from '../../core/errors.ts';
import type { KerasModelFile } from '../../formats/keras-model-file.ts';
import type { Path, Shape } from '../graph/graph.ts';
import { bindWeights } from './binding/bind-weights.ts';
import { LayerInstances } from './calls/layer-instances.ts';
import type { CallPlan, LayerInstance, PlannedCall } from './calls/plan.ts';
import { planCalls } from './calls/plan-calls.ts';
import { ConfigSource } from './dialect/config-source.ts';
import type { ModelConfig } from './dialect/model-config.ts';
import { type ReadConfig, readModelConfig } from './dialect/read-model-config.ts';
import { modelInput } from './emit/model-input.ts';
import { type Survey, survey } from './emit/survey.ts';
import type { Finding } from './finding.ts';

/** What `inspect` tells of a Keras model. */
export interface KerasDescription {
  readonly name: string | undefined;
  /** `Functional`, `Sequential`, a subclass' name; undefined for a weights-only file. */
  readonly className: string | undefined;
  readonly kerasVersion: string | undefined;
  readonly backend: string | undefined;
  /** In the file's order, nested models' layers written out; what no output needs is marked. Empty where there is no graph to read. */
  readonly layers: readonly DescribedLayer[];
  readonly inputs: readonly DescribedPort[];
  readonly outputs: readonly DescribedPort[];
  /** Elements of the file's weights, each counted once: those of the layers described, or, without an architecture, of all groups. */
  readonly parameters: { readonly total: number; readonly trainable: number; readonly nonTrainable: number } | undefined;
  /** Everything that would stop a conversion. */
  readonly findings: readonly Finding[];
  readonly warnings: readonly string[];
}

export interface DescribedLayer {
  readonly path: Path;
  readonly className: string;
  /** Of its first call, in Keras' axis order; undefined where something unsupported is in the way. */
  readonly outputShapes: readonly Shape[] | undefined;
  readonly calls: number;
  /** Undefined where they aren't known: an unsupported layer inside a nested model. */
  readonly parameters: { readonly trainable: number; readonly nonTrainable: number } | undefined;
  readonly trainable: boolean;
  /** False for layers that no output needs (metrics, losses): a conversion leaves them out. */
  readonly used: boolean;
}

export interface DescribedPort {
  readonly name: string;
  readonly dtype: string | undefined;
  readonly shape: Shape | undefined;
}

/**
 * Describes a file without converting it, unsupported and unsafe layers included: they are findings here, not errors. Throws only where
 * the file contradicts itself (`malformed-config`) or passes a limit.
 */
export function describeKeras(file: KerasModelFile): KerasDescription {
  const base = { kerasVersion: file.kerasVersion, backend: file.backend };
  if (file.config === undefined) return { ...base, ...withoutGraph(file, undefined) };
  let read: ReadConfig;
  try {
    read = readModelConfig(file.config, file);
  } catch (error) {
    if (error instanceof TorchliftError && error.code === 'unsupported') return { ...base, ...withoutGraph(file, error) };
    throw error;
  }
  const { model, warnings } = read;
  const instances = new LayerInstances(model);
  const plan = planCalls(model, instances, new ConfigSource(file.fileName, file.kerasVersion));
  const info = {
    name: model.name,
    sourceName: file.fileName,
    framework: 'keras' as const,
    frameworkVersion: file.kerasVersion ?? 'unknown',
    classes: undefined,
    preprocess: undefined,
  };
  const trial = survey(plan, info, file.fileName);
  const layers = describeLayers(file, model, instances, plan, trial);
  return {
    ...base,
    name: model.name,
    className: model.className,
    layers,
    ...describePorts(plan, trial),
    parameters: total(layers),
    findings: trial.findings.length > 0 ? trial.findings : weightFindings(file, model, instances, plan, trial),
    warnings: [...warnings, ...trial.warnings],
  };
}

/** Weights that don't fit, where nothing else is in the way of looking. */
function weightFindings(file: KerasModelFile, model: ModelConfig, instances: LayerInstances, plan: CallPlan, trial: Survey): Finding[] {
  try {
    bindWeights(file, model, instances, trial.specsOf, new Set(plan.calls.map(({ layer }) => layer)));
    return [];
  } catch (error) {
    if (!(error instanceof TorchliftError) || error.code !== 'malformed-weights') throw error;
    const { remedy } = error;
    return error.details.map((what) => ({ kind: 'malformed' as const, layer: [], className: model.className, what, remedy }));
  }
}

function describeLayers(file: KerasModelFile, model: ModelConfig, instances: LayerInstances, plan: CallPlan, trial: Survey): DescribedLayer[] {
  const living = callsByLayer(plan.calls);
  const dead = callsByLayer(plan.dead);
  const groups = new Map(file.groups.map((group) => [group.layer, group.weights]));
  const topLevel = new Set(model.layers.filter((layer) => layer.model === undefined).map((layer) => instances.get(layer)));
  return instances.all().map((layer) => {
    const calls = living.get(layer) ?? [];
    const first = calls[0] ?? dead.get(layer)?.[0];
    const specs = trial.specsOf(layer);
    const group = topLevel.has(layer) ? groups.get(layer.path[0] ?? '') : undefined;
    const count = (own: readonly { shape: readonly number[] }[]): number => own.reduce((sum, { shape }) => sum + elementCount(shape), 0);
    let parameters: DescribedLayer['parameters'];
    if (specs !== undefined) {
      const trained = count(specs.filter(({ kind }) => layer.trainable && kind === 'parameter'));
      parameters = { trainable: trained, nonTrainable: count(specs) - trained };
    } else if (group !== undefined) {
      const all = count(group.map(({ source }) => source));
      parameters = layer.trainable ? { trainable: all, nonTrainable: 0 } : { trainable: 0, nonTrainable: all };
    }
    return {
      path: layer.path,
      className: layer.className,
      outputShapes: first === undefined ? undefined : trial.outputShapes(first),
      calls: calls.length,
      parameters,
      trainable: layer.trainable,
      used: calls.length > 0,
    };
  });
}

function callsByLayer(calls: readonly PlannedCall[]): Map<LayerInstance, PlannedCall[]> {
  const result = new Map<LayerInstance, PlannedCall[]>();
  for (const call of calls) if (result.get(call.layer)?.push(call) === undefined) result.set(call.layer, [call]);
  return result;
}

function describePorts(plan: CallPlan, trial: Survey): Pick<KerasDescription, 'inputs' | 'outputs'> {
  const inputs = plan.inputs.map(({ name, layer }, index) => {
    const input = modelInput(layer, index);
    return 'problem' in input ? { name, dtype: undefined, shape: undefined } : { name, dtype: input.dtype, shape: input.shape };
  });
  const outputs = plan.outputs.map(({ name, tensor }) => {
    const value = trial.value(tensor);
    return { name, dtype: value?.dtype, shape: value?.shape };
  });
  return { inputs, outputs };
}

function total(layers: readonly DescribedLayer[]): KerasDescription['parameters'] {
  let trainable = 0;
  let nonTrainable = 0;
  for (const { parameters } of layers) {
    if (parameters === undefined) continue;
    trainable += parameters.trainable;
    nonTrainable += parameters.nonTrainable;
  }
  return { total: trainable + nonTrainable, trainable, nonTrainable };
}

/** A file whose architecture is missing, or is one that can't be read: its groups are all there is to tell. */
function withoutGraph(file: KerasModelFile, error: TorchliftError | undefined): Omit<KerasDescription, 'kerasVersion' | 'backend'> {
  const layers = file.groups
    .filter(({ layer }) => layer !== null)
    .map(({ layer, weights }) => ({
      path: [layer ?? ''],
      className: 'unknown',
      outputShapes: undefined,
      calls: 0,
      parameters: { trainable: 0, nonTrainable: weights.reduce((sum, { source }) => sum + elementCount(source.shape), 0) },
      trainable: false,
      used: true,
    }));
  const finding: Finding = {
    kind: 'unsupported',
    layer: [],
    className: 'Model',
    what: error?.what ?? 'the file holds weights but no architecture',
    remedy: error?.remedy ?? 'Pass the architecture with --architecture model.json (what model.to_json() returns).',
  };
  return {
    name: undefined,
    className: undefined,
    layers,
    inputs: [],
    outputs: [],
    parameters: undefined,
    findings: [finding],
    warnings: [],
  };
}
