import { TorchliftError } from '../../../core/errors.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import type { CallId, ModelInfo, Shape, ValueId } from '../../graph/graph.ts';
import { callMode } from '../calls/call-mode.ts';
import type { CallPlan, LayerInstance, PlannedArgument, PlannedCall, Tensor } from '../calls/plan.ts';
import { tensorsOf } from '../calls/plan.ts';
import { ConfigReader } from '../config-reader.ts';
import type { Finding } from '../finding.ts';
import type { EmitContext, LayerDefinition, WeightSpec } from '../layer.ts';
import { resolveDefinition } from '../resolve-definition.ts';
import { WarningList } from '../warning-list.ts';
import { inputLayer } from './input-layer.ts';
import { computesOn } from './integer-operators.ts';
import { modelInput } from './model-input.ts';

/** Makes the graph values of a layer's variables, one for each spec, at the layer's first call. */
export type MakeWeights = (builder: GraphBuilder, layer: LayerInstance, specs: readonly WeightSpec[]) => readonly ValueId[];

export interface EmittedLayer {
  readonly specs: readonly WeightSpec[];
  readonly values: readonly ValueId[];
}

/**
 * Writes calls into a graph, one after the other. A call that can't be written leaves a finding and no value; calls behind it are looked
 * at all the same (class and options), so that every finding is there at the end.
 */
export class CallEmitter {
  readonly builder: GraphBuilder;
  /** In the order they were met. */
  readonly findings: Finding[] = [];
  readonly warnings = new WarningList();
  readonly layers = new Map<LayerInstance, EmittedLayer>();
  readonly #fileName: string;
  readonly #makeWeights: MakeWeights;
  readonly #inputs: (ValueId | undefined)[] = [];
  readonly #results = new Map<PlannedCall, readonly ValueId[] | undefined>();
  readonly #found = new Set<string>();
  readonly #parsed = new Map<LayerInstance, { definition: LayerDefinition<unknown>; config: unknown } | undefined>();

  constructor(model: ModelInfo, fileName: string, makeWeights: MakeWeights) {
    this.builder = new GraphBuilder(model);
    this.#fileName = fileName;
    this.#makeWeights = makeWeights;
  }

  inputs(plan: CallPlan): void {
    for (const [index, { name, layer }] of plan.inputs.entries()) {
      const input = modelInput(layer, index);
      if ('problem' in input) this.#find(layer, input.kind, input.problem, INPUT_REMEDY);
      this.#inputs.push('problem' in input ? undefined : this.builder.input(name, input.dtype, input.shape));
    }
  }

  /** Writes one call, whose inputs were written before. */
  call(call: PlannedCall): void {
    this.#results.set(
      call,
      this.#guard(call, () => this.#emit(call)),
    );
  }

  /** The value of a tensor of the plan; undefined where its call left a finding. */
  value(tensor: Tensor): ValueId | undefined {
    if (tensor.kind === 'input') return this.#inputs[tensor.index];
    return this.#results.get(tensor.call)?.[tensor.index];
  }

  outputShapes(call: PlannedCall): readonly Shape[] | undefined {
    return this.#results.get(call)?.map((value) => this.builder.shape(value));
  }

  #emit(call: PlannedCall): readonly ValueId[] | undefined {
    const parsed = this.#parse(call);
    const mode = callMode(call);
    if (mode === undefined) {
      const how = call.training === 'tensor' ? 'a mode that is only known while it runs (training= is a tensor)' : 'training=True';
      this.#find(call.layer, 'unsupported', `called with ${how}, which a converted model can't keep`, TRAINING_REMEDY);
    }
    const inputs = tensorsOf(call.first).map((tensor) => this.#checkedValue(call, tensor));
    const firstArgument = this.#argument(call, call.first);
    const others = call.others.map(([name, argument]) => [name, this.#argument(call, argument)] as const);
    if (parsed === undefined || mode === undefined || inputs.some((input) => input === undefined) || others.some(([, value]) => value === MISSING)) {
      return undefined;
    }
    const { builder } = this;
    const values = inputs as readonly ValueId[];
    const { layer } = call;
    let emitted = this.layers.get(layer);
    if (emitted === undefined) {
      const shapes = values.map((value) => builder.shape(value));
      const specs = parsed.definition.weights(parsed.config, shapes);
      emitted = { specs, values: this.#makeWeights(builder, layer, specs) };
      this.layers.set(layer, emitted);
    }
    const { specs, values: weights } = emitted;
    const name = call.index === 0 ? layer.path.join('/') : `${layer.path.join('/')}_${call.index}`;
    // An InputLayer that casts nothing is no step of the model, so it gets a call only when it does.
    let id: CallId | undefined;
    const callId = (): CallId => {
      id ??= builder.call({ layer: layer.path, index: call.index, className: layer.className, mode });
      return id;
    };
    if (parsed.definition !== inputLayer) callId();
    const checkType = (op: string, [x]: readonly (ValueId | null)[]): void => {
      const dtype = x === null || x === undefined ? 'float32' : builder.value(x).dtype;
      if (!computesOn(op, dtype))
        throw new TorchliftError('unsupported', {
          what: `computes on a tensor of ${dtype}, which ONNX Runtime or PyTorch can't`,
          remedy: INTEGERS_REMEDY,
        });
    };
    const context: EmitContext<unknown> = {
      builder,
      config: parsed.config,
      layer: layer.path,
      get call() {
        return callId();
      },
      mode,
      trainable: layer.trainable,
      inputs: values,
      firstArgument,
      arguments: Object.fromEntries(others),
      weight(role, part) {
        const index = specs.findIndex((spec) => spec.role === role && spec.part === part);
        const value = weights[index];
        if (value === undefined) throw new TorchliftError('internal', { what: `${layer.className} asked for a weight ${role} it doesn't have` });
        return value;
      },
      node(op, nodeInputs, attributes = {}) {
        checkType(op, nodeInputs);
        return builder.node(op, nodeInputs, { name, calls: [callId()], attributes });
      },
      nodes(op, nodeInputs, outputCount, attributes = {}) {
        checkType(op, nodeInputs);
        return builder.nodes(op, nodeInputs, { name, calls: [callId()], attributes, outputCount });
      },
      shape: (value) => builder.shape(value),
      unsupported(what, remedy) {
        throw new TorchliftError('unsupported', { what, ...(remedy === undefined ? {} : { remedy }) });
      },
      warn: (what) => {
        this.warnings.add(what, layer.path.join('/'));
      },
    };
    const results = parsed.definition.emit(context);
    const [first] = results;
    if (id !== undefined && first !== undefined) builder.tap(id, { value: first, toSource: builder.shape(first).map((_, axis) => axis) });
    return results;
  }

  /** The layer's definition and options, read once for all its calls. */
  #parse(call: PlannedCall): { definition: LayerDefinition<unknown>; config: unknown } | undefined {
    const { layer } = call;
    if (this.#parsed.has(layer)) return this.#parsed.get(layer);
    this.#parsed.set(layer, undefined);
    const resolved = layer.className === 'InputLayer' ? { definition: inputLayer, config: layer.config } : resolveDefinition(call);
    if ('finding' in resolved) {
      this.findings.push(resolved.finding);
      return undefined;
    }
    if (resolved.warning !== undefined) this.warnings.add(resolved.warning, layer.path.join('/'));
    const reader = new ConfigReader(resolved.config, layer.className, `${this.#fileName}: layer ${layer.path.join('/')}`);
    const parsed = { definition: resolved.definition, config: resolved.definition.parse(reader) };
    this.#parsed.set(layer, parsed);
    return parsed;
  }

  #checkedValue(call: PlannedCall, tensor: Tensor): ValueId | undefined {
    const value = this.value(tensor);
    if (value === undefined && tensor.kind === 'output') {
      const results = this.#results.get(tensor.call);
      if (results !== undefined) {
        const from = tensor.call.layer.path.join('/');
        this.#find(call.layer, 'malformed', `it takes output ${tensor.index} of ${from}, which has ${results.length}`, DAMAGED);
      }
    }
    return value;
  }

  /** As `EmitContext.firstArgument` describes it; `MISSING` where a tensor in it has no value. */
  #argument(call: PlannedCall, argument: PlannedArgument): unknown {
    if (argument.kind === 'constant') return argument.value;
    if (argument.kind === 'tensor') {
      const tensor = this.#checkedValue(call, argument.tensor);
      return tensor === undefined ? MISSING : { tensor };
    }
    const entries: readonly (readonly [string, PlannedArgument])[] =
      argument.kind === 'list' ? argument.items.map((item, index) => [String(index), item] as const) : argument.entries;
    const values = entries.map(([key, item]) => [key, this.#argument(call, item)] as const);
    if (values.some(([, value]) => value === MISSING)) return MISSING;
    return argument.kind === 'list' ? values.map(([, value]) => value) : Object.fromEntries(values);
  }

  #guard<T>(call: PlannedCall, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof TorchliftError)) throw error;
      const { code, what, remedy } = error;
      if (code === 'unsupported') this.#find(call.layer, 'unsupported', what, remedy);
      else if (code === 'malformed-config') this.#find(call.layer, 'malformed', what, remedy);
      // An operator that can't take its inputs: in a sound file the layer's own checks come first.
      else if (code === 'internal') this.#find(call.layer, 'malformed', `its inputs don't fit: ${what}`, DAMAGED);
      else throw error;
      return undefined;
    }
  }

  #find(layer: LayerInstance, kind: Finding['kind'], what: string, remedy: string | undefined): void {
    const prefix = `${layer.className}: `;
    const bare = what.startsWith(prefix) ? what.slice(prefix.length) : what;
    const key = `${layer.path.join('/')}\0${bare}`;
    if (this.#found.has(key)) return;
    this.#found.add(key);
    this.findings.push({ kind, layer: layer.path, className: layer.className, what: bare, remedy });
  }
}

const MISSING = Symbol('a tensor without a value');
const DAMAGED = 'The file was edited or damaged, unless Keras loads it: then please report it.';
const INPUT_REMEDY = 'Build the model with an Input of known shape and a number dtype, and save it again.';
const INTEGERS_REMEDY = 'Cast it to float32 in front (a Rescaling layer of scale 1 does), and save the model again.';
const TRAINING_REMEDY = 'Rebuild the model without the argument training= (or with training=False) and save it again.';
