import { TorchliftError } from '../../../core/errors.ts';
import { dataTypeToDType } from '../../../formats/onnx/data-types.ts';
import type { OnnxFile } from '../../../formats/onnx/open-onnx-file.ts';
import type { ModelProto, NodeProto, ValueInfoProto } from '../../../formats/onnx/proto.ts';
import { GraphBuilder } from '../../graph/builder.ts';
import type { CallId, Graph, Shape, ValueId } from '../../graph/graph.ts';
import type { OperatorSpec } from '../../graph/operator.ts';
import { listOperators } from '../../graph/operators/index.ts';
import { stateKeys } from '../../graph/state-keys.ts';
import { verifyGraph } from '../../graph/verify.ts';
import { reserveNames } from '../export/reserved-names.ts';
import { UniqueNames } from '../export/unique-names.ts';
import { METADATA_KEY, type NodeMetadata, type OnnxMetadata } from '../metadata/metadata.ts';
import { parseMetadata } from '../metadata/parse-metadata.ts';
import { IR_VERSION, OPSET } from '../onnx-version.ts';
import { importAttributes } from './attributes.ts';
import { foreignModel } from './foreign-model.ts';

/**
 * A model that `exportOnnx` wrote, as the graph it came from: the same nodes, names, calls, taps and weights in the same order, the
 * weights in the layout in which they are stored (the layout nodes over them are gone). Exported again it gives the same bytes.
 *
 * Weights stay in the file: keep it open while the graph is used. Nothing that the metadata says is believed where the model can say
 * otherwise. Throws `unsupported` for a model that Torchlift didn't write, `malformed-file` where model and metadata disagree,
 * `unsafe-file` for external data that isn't a plain file beside the model.
 */
export function importOnnx({ model, fileName }: Pick<OnnxFile, 'model' | 'fileName'>): Graph {
  const entries = model.metadataProps.filter((entry) => entry.key === METADATA_KEY);
  const [entry] = entries;
  if (entry === undefined) throw foreignModel(model, fileName);
  if (entries.length > 1) throw disagreement(fileName, `${entries.length} entries of metadata named ${METADATA_KEY}`);
  return new Import(model, parseMetadata(entry.value, `${fileName}: metadata ${METADATA_KEY}`), fileName).graph();
}

function disagreement(where: string, what: string, cause?: unknown): TorchliftError {
  return new TorchliftError('malformed-file', {
    what,
    where,
    remedy: 'The file was changed after Torchlift wrote it. Convert the original model again.',
    cause,
  });
}

/** Longest chain of calls that absorb each other; fusions join a handful. */
const MAX_ABSORBED = 100;

class Import {
  readonly #model: ModelProto;
  readonly #metadata: OnnxMetadata;
  readonly #fileName: string;
  readonly #builder: GraphBuilder;
  readonly #values = new Map<string, ValueId>();
  readonly #calls: CallId[] = [];

  constructor(model: ModelProto, metadata: OnnxMetadata, fileName: string) {
    this.#model = model;
    this.#metadata = metadata;
    this.#fileName = fileName;
    this.#builder = new GraphBuilder(metadata.model);
  }

  graph(): Graph {
    this.#checkModel();
    this.#inputs();
    this.#weights();
    for (const { layer, index, className, mode } of this.#metadata.calls) this.#calls.push(this.#builder.call({ layer, index, className, mode }));
    const nodes = this.#metadata.nodes;
    nodes.forEach((metadata, position) => {
      this.#node(this.#model.graph.nodes[position] as NodeProto, metadata);
    });
    this.#outputs();
    this.#valueInfo();
    this.#taps();
    for (const name of this.#metadata.names.keys()) {
      if (!this.#values.has(name)) throw this.#disagreement(`the metadata names a value ${name} that the graph lacks`);
    }
    const graph = this.#builder.build();
    try {
      verifyGraph(graph, 'reading ONNX');
    } catch (cause) {
      // The verifier speaks of bugs; here the file made the graph.
      throw this.#disagreement(cause instanceof Error ? cause.message : String(cause), undefined, cause);
    }
    this.#checkNames(graph);
    return graph;
  }

  #checkModel(): void {
    const { graph, irVersion, opsetImport, functions, trainingInfoCount } = this.#model;
    const opset = opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;
    if (irVersion !== IR_VERSION || opset !== OPSET || opsetImport.length !== 1) {
      throw this.#disagreement(`IR version ${irVersion} and opset ${opset}, Torchlift writes ${IR_VERSION} and ${OPSET}`);
    }
    if (functions.length > 0 || trainingInfoCount > 0 || graph.sparseInitializerCount > 0) {
      throw this.#disagreement('functions, training information or sparse initializers, which Torchlift never writes');
    }
    const unknown = graph.nodes
      .filter((node) => operatorSpec(node) === undefined)
      .map(({ domain, opType }) => (domain === '' ? opType : `${domain}:${opType}`));
    if (unknown.length > 0) {
      throw new TorchliftError('unsupported', {
        what: "operators that this Torchlift doesn't know",
        where: this.#fileName,
        details: [...new Set(unknown)].sort(),
        remedy: 'Update Torchlift, or convert the original model again.',
      });
    }
    const refused = graph.initializers.find((tensor) => tensor.external?.refusal !== undefined);
    const refusal = refused?.external?.refusal;
    if (refusal !== undefined) {
      throw new TorchliftError(refusal.code, { what: refusal.what, where: `${this.#fileName}: initializer ${refused?.name}` });
    }
    const { inputs, outputs, weights, nodes } = this.#metadata;
    const identities = outputs.filter(({ value }, index) => value !== graph.outputs[index]?.name).length;
    const pairs: readonly (readonly [string, number, number])[] = [
      ['inputs', graph.inputs.length, inputs.length],
      ['outputs', graph.outputs.length, outputs.length],
      ['initializers', graph.initializers.length, weights.length],
      ['nodes', graph.nodes.length, nodes.length + identities],
    ];
    for (const [what, got, expected] of pairs) {
      if (got !== expected) throw this.#disagreement(`the graph has ${got} ${what}, its metadata speaks of ${expected}`);
    }
  }

  #inputs(): void {
    this.#model.graph.inputs.forEach((info, index) => {
      const { dtype, shape } = this.#type(info);
      const name = this.#metadata.inputs[index] as string;
      this.#define(info.name, this.#builder.input(name, dtype, shape, this.#metadata.names.get(info.name) ?? name));
    });
  }

  #weights(): void {
    this.#model.graph.initializers.forEach((tensor, index) => {
      const { name, ...weight } = this.#metadata.weights[index] as OnnxMetadata['weights'][number];
      const { source } = tensor;
      if (name !== tensor.name) throw this.#disagreement(`initializer ${index} is ${tensor.name}, its metadata speaks of ${name}`);
      if (source === undefined) throw this.#disagreement(`initializer ${name} has elements of type ${tensor.dataType}`);
      // Owners are cleaned where they become Python; roles and parts are ours, and stand in keys as they are.
      for (const word of [weight.role, weight.part ?? 'weight']) {
        if (!/^[A-Za-z]\w{0,95}$/.test(word)) throw this.#disagreement(`initializer ${name} has the role ${JSON.stringify(word)}`);
      }
      const value = this.#builder.weight({ ...weight, source }, this.#metadata.names.get(name) ?? (weight.kind === 'constant' ? name : undefined));
      this.#define(name, value);
    });
  }

  #node(proto: NodeProto, metadata: NodeMetadata): void {
    const spec = operatorSpec(proto) as OperatorSpec;
    const fail = (what: string, cause?: unknown): TorchliftError => this.#disagreement(what, `node ${proto.name} (${proto.opType})`, cause);
    const inputs = proto.inputs.map((name) => {
      if (name === '') return null;
      const value = this.#values.get(name);
      if (value === undefined) throw fail(`reads ${name}, which nothing before it gives`);
      return value;
    });
    const counts = [
      ['inputs', inputs.length, spec.inputs],
      ['outputs', proto.outputs.length, spec.outputs],
    ] as const;
    for (const [what, count, [min, max]] of counts) {
      if (count < min || count > max) throw fail(`${count} ${what}, expected ${min} to ${max}`);
    }
    if (inputs.slice(0, spec.inputs[0]).includes(null)) throw fail('a required input is left out');
    const attributes = importAttributes(spec, proto.attributes, metadata.floats, fail);
    let outputs: readonly ValueId[];
    try {
      outputs = this.#builder.nodes(proto.opType, inputs, {
        name: metadata.name ?? proto.name,
        calls: (metadata.calls ?? []).map((position) => this.#calls[position] as CallId),
        attributes,
        outputCount: proto.outputs.length,
        outputNames: proto.outputs.map((name) => this.#metadata.names.get(name) ?? name),
      });
    } catch (cause) {
      // Shape inference promises its own callers legal inputs; here the file made them.
      throw fail(cause instanceof Error ? cause.message : String(cause), cause);
    }
    if (outputs.length !== proto.outputs.length) throw fail(`${proto.outputs.length} outputs, it gives ${outputs.length}`);
    proto.outputs.forEach((name, index) => {
      this.#define(name, outputs[index] as ValueId);
    });
  }

  #outputs(): void {
    const { graph } = this.#model;
    const identities = graph.nodes.slice(this.#metadata.nodes.length);
    graph.outputs.forEach((info, index) => {
      const { name, value: valueName } = this.#metadata.outputs[index] as OnnxMetadata['outputs'][number];
      const value = this.#values.get(valueName);
      if (value === undefined) throw this.#disagreement(`output ${name} is said to be ${valueName}, which the graph lacks`);
      if (info.name !== valueName) {
        const identity = identities.shift();
        const copies = identity?.opType === 'Identity' && identity.inputs[0] === valueName && identity.outputs[0] === info.name;
        if (!copies || this.#values.has(info.name)) throw this.#disagreement(`output ${info.name} is no copy of ${valueName}, as its metadata says`);
      }
      this.#checkType(info, value);
      this.#builder.output(name, value);
    });
  }

  /** Types of values in between may be missing, but not wrong. */
  #valueInfo(): void {
    for (const info of this.#model.graph.valueInfo) {
      const value = this.#values.get(info.name);
      if (value === undefined) throw this.#disagreement(`the type of a value ${info.name} that the graph lacks`);
      this.#checkType(info, value);
    }
  }

  #taps(): void {
    this.#metadata.calls.forEach(({ layer, tap }, position) => {
      const place = `call of ${layer.join('/')}`;
      if ('absorbedBy' in tap) {
        this.#checkChain(position, place);
        this.#builder.tap(this.#calls[position] as CallId, { absorbedBy: this.#calls[tap.absorbedBy] as CallId });
        return;
      }
      const value = this.#values.get(tap.value);
      if (value === undefined) throw this.#disagreement(`gives ${tap.value}, which the graph lacks`, place);
      const rank = this.#builder.shape(value).length;
      if (tap.toSource.length !== rank || !tap.toSource.every((axis) => axis < rank) || new Set(tap.toSource).size !== rank) {
        throw this.#disagreement(`toSource [${tap.toSource.join(', ')}] is no permutation of ${rank} axes`, place);
      }
      this.#builder.tap(this.#calls[position] as CallId, { value, toSource: tap.toSource });
    });
  }

  /** A call is absorbed by one that is absorbed …: short, or walking all of them would take forever. */
  #checkChain(start: number, place: string): void {
    let position = start;
    for (let length = 0; length <= MAX_ABSORBED; length += 1) {
      const tap = this.#metadata.calls[position]?.tap;
      if (tap === undefined || 'value' in tap) return;
      position = tap.absorbedBy;
    }
    throw this.#disagreement(`is absorbed by a chain of more than ${MAX_ABSORBED} calls, or a circle`, place);
  }

  /** Inputs, outputs, parameters and buffers are called as the exporter calls them. */
  #checkNames(graph: Graph): void {
    const keys = stateKeys(graph);
    const weights = [...graph.weights.values()];
    const keyed = weights.flatMap((weight) => keys.get(weight.value) ?? []);
    const { inputs, initializers, outputs } = this.#model.graph;
    const inputIndex = new Map(inputs.map(({ name }, index) => [name, index]));
    const wanted = this.#metadata.outputs.map(({ name, value }) => ({ name, input: inputIndex.get(value) }));
    const expected = reserveNames(new UniqueNames(), this.#metadata.inputs, keyed, wanted);
    const pairs = [
      [inputs, expected.inputs],
      [initializers.slice(0, keyed.length), expected.keys],
      [outputs, expected.outputs],
    ] as const;
    for (const [named, names] of pairs) {
      named.forEach(({ name }, index) => {
        if (name !== names[index]) throw this.#disagreement(`${name} should be called ${names[index]} by its metadata`);
      });
    }
  }

  #type(info: ValueInfoProto): { dtype: ReturnType<GraphBuilder['value']>['dtype']; shape: Shape } {
    const dtype = info.type === undefined ? undefined : dataTypeToDType(info.type.elemType);
    const shape = info.type?.shape;
    if (dtype === undefined || shape === undefined || shape.includes(null)) {
      throw this.#disagreement('no complete tensor type', `value ${info.name}`);
    }
    return { dtype, shape: shape as Shape };
  }

  #checkType(info: ValueInfoProto, value: ValueId): void {
    const got = this.#type(info);
    const { dtype, shape } = this.#builder.value(value);
    if (got.dtype !== dtype || got.shape.length !== shape.length || got.shape.some((dim, axis) => dim !== shape[axis])) {
      throw this.#disagreement(
        `declared as ${got.dtype} [${got.shape.join(', ')}], the operators give ${dtype} [${shape.join(', ')}]`,
        `value ${info.name}`,
      );
    }
  }

  #define(name: string, value: ValueId): void {
    if (name === '' || this.#values.has(name)) throw this.#disagreement(`${JSON.stringify(name)} is the name of two values, or none`);
    this.#values.set(name, value);
  }

  #disagreement(what: string, place?: string, cause?: unknown): TorchliftError {
    return disagreement(place === undefined ? this.#fileName : `${this.#fileName}: ${place}`, what, cause);
  }
}

const SPECS = new Map(listOperators().map((spec) => [`${spec.domain}:${spec.op}`, spec]));

function operatorSpec({ domain, opType }: NodeProto): OperatorSpec | undefined {
  return SPECS.get(`${domain}:${opType}`);
}
