import { canonicalClassName } from './class-names.ts';
import { ConfigSource } from './config-source.ts';
import { readInboundNodes, readPorts } from './inbound-nodes.ts';
import { checkDialect, keras1Key } from './keras-version.ts';
import { normalizeOptions } from './layer-options.ts';
import { CONFIG_LIMITS } from './limits.ts';
import { modernMerge } from './merge-layer.ts';
import type { LayerConfig, ModelConfig } from './model-config.ts';
import { isObject, type JsonObject, plainJson } from './plain-json.ts';
import { layersAsChain } from './sequential.ts';

export interface ReadConfig {
  readonly model: ModelConfig;
  readonly warnings: readonly string[];
}

/**
 * The one modern form of a saved model's config, whatever dialect it was written in (Keras 2.0 to 2.15, tf.keras, tfjs).
 * `config` is untrusted: every place is checked. Throws `unsupported` for dialects that would be read wrongly (Keras 1, Keras 3, Theano)
 * and for models without a graph, `malformed-config` naming the layer, `limit-exceeded`.
 */
export function readModelConfig(
  config: unknown,
  file: { readonly fileName: string; readonly kerasVersion: string | undefined; readonly backend: string | undefined },
): ReadConfig {
  checkDialect(file.fileName, file.kerasVersion, file.backend);
  const source = new ConfigSource(file.fileName, file.kerasVersion);
  const plain = plainJson(config, source);
  if (!isObject(plain)) throw source.malformed('model_config is no JSON object');
  if (typeof plain.class_name !== 'string') throw source.malformed('model_config has no class_name');
  const model = readModel(plain.class_name, plain.config, source, [], 0);
  if (model === undefined) {
    throw source.unsupported(
      `the model is a subclass (${plain.class_name}) whose config holds no layers`,
      [],
      'A subclassed model keeps its graph in Python code only. Export it as a SavedModel, or rebuild it with the functional API and save that.',
    );
  }
  return { model, warnings: source.warnings.lines() };
}

/** A model, top-level or nested; undefined where the object isn't one (a layer, or a subclass without a graph). */
function readModel(className: string, config: unknown, source: ConfigSource, path: readonly string[], depth: number): ModelConfig | undefined {
  const sequential = className === 'Sequential' || (Array.isArray(config) && path.length === 0);
  if (!sequential && !(isObject(config) && Array.isArray(config.layers))) {
    if (className === 'Functional' || className === 'Model') {
      if (!isObject(config) || Object.hasOwn(config, 'layers')) throw source.malformed(`the ${className} model has no list of layers`, path);
    }
    return undefined;
  }
  if (depth > CONFIG_LIMITS.modelDepth) throw source.tooMuch(`models are nested deeper than ${CONFIG_LIMITS.modelDepth} levels`, path);
  const options: JsonObject = isObject(config) ? config : {};
  const entries = Array.isArray(config) ? config : options.layers;
  if (!Array.isArray(entries)) throw source.malformed(`the ${className} model has no list of layers`, path);
  if (entries.length === 0) throw source.malformed(`the ${className} model has no layers`, path);
  const names = nameLayers(entries, source, path);
  const known = new Set<string>();
  for (const name of names) {
    if (known.has(name)) throw source.malformed(`two layers are called ${JSON.stringify(name)}`, path);
    known.add(name);
  }
  const layers = entries.map((entry, index) => readLayer(entry, names[index] ?? '', source, path, known, depth));
  const base = {
    name: typeof options.name === 'string' && options.name !== '' ? options.name : (path.at(-1) ?? 'sequential'),
    className,
    trainable: readTrainable(options.trainable, source, path),
  };
  if (sequential) return { ...base, inputKeys: undefined, ...layersAsChain(layers, options.build_input_shape) };
  if (className !== 'Functional' && className !== 'Model') {
    source.warnings.add('a model class of its own, read as the graph that its config holds', path.length === 0 ? className : path.join('/'));
  }
  const inputs = readPorts(options.input_layers, 'input_layers', source, path, known);
  const outputs = readPorts(options.output_layers, 'output_layers', source, path, known);
  if (outputs.references.length === 0) throw source.malformed('the model has no outputs', path);
  return { ...base, layers, inputs: inputs.references, inputKeys: inputs.keys, outputs: outputs.references };
}

function readLayer(
  entry: unknown,
  name: string,
  source: ConfigSource,
  parent: readonly string[],
  known: ReadonlySet<string>,
  depth: number,
): LayerConfig {
  const path = [...parent, name];
  if (source.countLayer() > CONFIG_LIMITS.layers) throw source.tooMuch(`the model has more than ${CONFIG_LIMITS.layers} layers`, path);
  if (!isObject(entry) || typeof entry.class_name !== 'string') throw source.malformed('a layer has no class_name', path);
  const className = canonicalClassName(entry.class_name, entry.registered_name, entry.module);
  const model = readModel(className, entry.config, source, path, depth + 1);
  const saved = isObject(entry.config) ? entry.config : {};
  if (model === undefined && entry.config !== undefined && entry.config !== null && !isObject(entry.config)) {
    throw source.malformed(`${className}: config is no JSON object`, path);
  }
  const old = model === undefined ? keras1Key(className, saved) : undefined;
  if (old !== undefined) {
    throw source.unsupported(
      `${className} has the option ${old} of Keras 1, whose options and kernel layouts differ`,
      path,
      'Load it in Keras 2 with the TensorFlow backend, save it from there, and convert that file.',
    );
  }
  const merged = className === 'Merge' ? modernMerge(saved) : undefined;
  const finalClass = merged?.className ?? className;
  return {
    name,
    className: finalClass,
    config: model === undefined ? normalizeOptions(finalClass, merged?.config ?? saved, source, path) : {},
    trainable: readTrainable(saved.trainable, source, path),
    sharedId: typeof entry.shared_object_id === 'number' ? entry.shared_object_id : undefined,
    model,
    nodes: finalClass === 'InputLayer' ? [] : readInboundNodes(entry.inbound_nodes, source, path, known),
  };
}

/** Keras' default is true; numpy's booleans were saved as 0 and 1 by some. */
function readTrainable(value: unknown, source: ConfigSource, path: readonly string[]): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'boolean' && value !== 0 && value !== 1) throw source.malformed('trainable is no boolean', path);
  return Boolean(value);
}

/** Each layer's name: the entry's, its config's, or, where neither has one, as Keras makes it from the class. */
function nameLayers(entries: readonly unknown[], source: ConfigSource, path: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return entries.map((entry) => {
    if (!isObject(entry) || typeof entry.class_name !== 'string') throw source.malformed('a layer has no class_name', path);
    const config = isObject(entry.config) ? entry.config : {};
    const saved = typeof entry.name === 'string' && entry.name !== '' ? entry.name : config.name;
    if (typeof saved === 'string' && saved !== '') {
      if (saved.length > CONFIG_LIMITS.nameLength) throw source.tooMuch(`a layer's name has ${saved.length} characters`, path);
      return saved;
    }
    const stem = snakeCase(entry.class_name);
    const count = (counts.get(stem) ?? 0) + 1;
    counts.set(stem, count);
    return count === 1 ? stem : `${stem}_${count - 1}`;
  });
}

/** Keras' `to_snake_case`: Conv2D → conv2d, MaxPooling2D → max_pooling2d. */
function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
