import type { ConfigSource } from '../dialect/config-source.ts';
import { CONFIG_LIMITS } from '../dialect/limits.ts';
import type { CallArgument, InboundNode, LayerConfig, ModelConfig, TensorReference } from '../dialect/model-config.ts';
import type { LayerInstances } from './layer-instances.ts';
import { nodeOffsets } from './node-offsets.ts';
import { type OrderedNode, orderNodes, positionKey } from './order-nodes.ts';
import type { CallPlan, LayerInstance, PlannedArgument, PlannedCall, PlannedInput, Tensor } from './plan.ts';
import { tensorsOf, tensorsOfCall } from './plan.ts';
import { outputNames } from './port-names.ts';
import { otherArguments, type TrainingArgument, trainingArgument } from './training-argument.ts';

/**
 * The graph of calls of a whole model. Nested models are written out at each of their calls; their layers stay one layer each. Every
 * model's InputLayers become calls too (they cast to their dtype, as Keras does when it calls a model).
 * Throws `malformed-config` for references that lead nowhere and for cycles, `limit-exceeded` for too many calls.
 */
export function planCalls(model: ModelConfig, instances: LayerInstances, source: ConfigSource): CallPlan {
  const planner = new Planner(instances, source);
  const inputs: PlannedInput[] = model.inputs.map((reference) => {
    const layer = planner.inputLayer(model, reference, []);
    return { name: layer.name, layer: instances.get(layer) };
  });
  if (new Set(inputs.map(({ name }) => name)).size < inputs.length) throw source.malformed('input_layers names an input twice');
  const tensors = planner.expand(
    model,
    [],
    inputs.map((_, index) => ({ kind: 'input', index })),
    undefined,
  );
  const names = outputNames(model.outputs.map(({ layer }) => layer));
  const outputs = tensors.map((tensor, index) => ({ name: names[index] ?? '', tensor }));
  return {
    inputs,
    outputs,
    ...separateDead(
      planner.calls,
      outputs.map(({ tensor }) => tensor),
    ),
  };
}

/** A call whose index is given when it is known which calls live. */
type Draft = { -readonly [Key in keyof PlannedCall]: PlannedCall[Key] };

class Planner {
  readonly calls: Draft[] = [];
  readonly #instances: LayerInstances;
  readonly #source: ConfigSource;
  readonly #orders = new Map<ModelConfig, { offsets: ReadonlyMap<string, number>; nodes: readonly OrderedNode[] }>();
  readonly #inputLayers = new Map<ModelConfig, ReadonlyMap<string, LayerConfig>>();

  constructor(instances: LayerInstances, source: ConfigSource) {
    this.#instances = instances;
    this.#source = source;
  }

  inputLayer(model: ModelConfig, reference: TensorReference, path: readonly string[]): LayerConfig {
    let layers = this.#inputLayers.get(model);
    if (layers === undefined) {
      layers = new Map(model.layers.filter(({ className }) => className === 'InputLayer').map((layer) => [layer.name, layer]));
      this.#inputLayers.set(model, layers);
    }
    const layer = layers.get(reference.layer);
    if (layer === undefined) throw this.#source.malformed('it stands in input_layers, but is no InputLayer', [...path, reference.layer]);
    return layer;
  }

  /** Writes out one call of a model and returns its outputs. */
  expand(model: ModelConfig, path: readonly string[], inputs: readonly Tensor[], training: TrainingArgument): Tensor[] {
    const { offsets, nodes } = this.#order(model, path);
    const given = new Map<string, Tensor>();
    model.inputs.forEach((reference, index) => {
      const layer = this.inputLayer(model, reference, path);
      const tensor = inputs[index];
      if (tensor !== undefined) given.set(layer.name, this.#call(layer, { kind: 'tensor', tensor }, [], training)(0));
    });
    const results = new Map<string, (index: number) => Tensor>();
    const find = (reference: TensorReference): Tensor => {
      const input = given.get(reference.layer);
      if (input !== undefined) return input;
      const result = results.get(positionKey(reference, offsets));
      if (result === undefined)
        throw this.#source.malformed('it is used as an input but is none of the model’s input_layers', [...path, reference.layer]);
      return result(reference.tensor);
    };
    for (const { layer, node, key } of nodes) results.set(key, this.#node(layer, node, path, find, training));
    return model.outputs.map(find);
  }

  #node(
    layer: LayerConfig,
    node: InboundNode,
    path: readonly string[],
    find: (reference: TensorReference) => Tensor,
    inherited: TrainingArgument,
  ): (index: number) => Tensor {
    const training = trainingArgument(node, inherited);
    const first = resolve(node.first, find);
    const others = otherArguments(node);
    if (layer.model === undefined) {
      return this.#call(
        layer,
        first,
        others.map(([name, argument]) => [name, resolve(argument, find)]),
        training,
      );
    }
    const inner = [...path, layer.name];
    const extra = others.filter(([, argument]) => argument.kind !== 'constant' || argument.value !== null).map(([name]) => name);
    if (extra.length > 0) {
      throw this.#source.unsupported(
        `the model is called with ${extra.join(', ')}`,
        inner,
        'Rebuild the model without these arguments and save it again.',
      );
    }
    const outputs = this.expand(layer.model, inner, this.#modelInputs(layer.model, first, inner), training);
    return (index) => {
      const output = outputs[index];
      if (output === undefined) throw this.#source.malformed(`output ${index} of it is used, but it has ${outputs.length}`, inner);
      return output;
    };
  }

  /** Which tensor goes to which input: by position, or by name where a dict was passed. */
  #modelInputs(model: ModelConfig, first: PlannedArgument, path: readonly string[]): Tensor[] {
    const byName = new Map(first.kind === 'dict' ? first.entries : []);
    const names = model.inputKeys ?? model.inputs.map(({ layer }) => layer);
    const matched = names.map((name) => byName.get(name));
    const tensors = matched.every((argument) => argument !== undefined) && matched.length > 0 ? matched.flatMap(tensorsOf) : tensorsOf(first);
    if (tensors.length !== model.inputs.length) {
      throw this.#source.malformed(`it is called with ${tensors.length} tensors, but has ${model.inputs.length} inputs`, path);
    }
    return tensors;
  }

  #call(
    layer: LayerConfig,
    first: PlannedArgument,
    others: readonly (readonly [string, PlannedArgument])[],
    training: TrainingArgument,
  ): (index: number) => Tensor {
    const instance = this.#instances.get(layer);
    if (this.calls.length >= CONFIG_LIMITS.calls) throw this.#source.tooMuch(`the model makes more than ${CONFIG_LIMITS.calls} calls`, instance.path);
    const call: Draft = { layer: instance, index: 0, first, others, training };
    this.calls.push(call);
    return (index) => ({ kind: 'output', call, index });
  }

  #order(model: ModelConfig, path: readonly string[]): { offsets: ReadonlyMap<string, number>; nodes: readonly OrderedNode[] } {
    let order = this.#orders.get(model);
    if (order === undefined) {
      const offsets = nodeOffsets(model, this.#source, path);
      order = { offsets, nodes: orderNodes(model, offsets, this.#source, path) };
      this.#orders.set(model, order);
    }
    return order;
  }
}

function resolve(argument: CallArgument, find: (reference: TensorReference) => Tensor): PlannedArgument {
  if (argument.kind === 'tensor') return { kind: 'tensor', tensor: find(argument.reference) };
  if (argument.kind === 'list') return { kind: 'list', items: argument.items.map((item) => resolve(item, find)) };
  if (argument.kind === 'dict') return { kind: 'dict', entries: argument.entries.map(([key, item]) => [key, resolve(item, find)] as const) };
  return argument;
}

/** Metric and loss branches, and whatever else no output needs, are dropped before anybody asks whether it is supported. */
function separateDead(calls: readonly Draft[], outputs: readonly Tensor[]): { calls: PlannedCall[]; dead: PlannedCall[] } {
  const living = new Set<PlannedCall>();
  const pending = [...outputs];
  for (let tensor = pending.pop(); tensor !== undefined; tensor = pending.pop()) {
    if (tensor.kind === 'input' || living.has(tensor.call)) continue;
    living.add(tensor.call);
    pending.push(...tensorsOfCall(tensor.call));
  }
  const counts = new Map<LayerInstance, number>();
  for (const call of calls) {
    if (!living.has(call)) continue;
    call.index = counts.get(call.layer) ?? 0;
    counts.set(call.layer, call.index + 1);
  }
  return { calls: calls.filter((call) => living.has(call)), dead: calls.filter((call) => !living.has(call)) };
}
