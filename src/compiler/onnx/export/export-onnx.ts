import { DTYPE_BYTES, elementCount } from '../../../core/dtypes.ts';
import { invariant } from '../../../core/errors.ts';
import type { TensorSource } from '../../../core/tensor-source.ts';
import { DATA_TYPE } from '../../../formats/onnx/data-types.ts';
import type { ModelProto, NodeProto, TensorProto, ValueInfoProto } from '../../../formats/onnx/proto.ts';
import { evaluateConstant } from '../../graph/evaluate.ts';
import type { Graph, Value, ValueId, Weight } from '../../graph/graph.ts';
import { stateKeys } from '../../graph/state-keys.ts';
import { METADATA_KEY, type NodeMetadata, type OnnxMetadata, type WeightMetadata } from '../metadata/metadata.ts';
import { printMetadata } from '../metadata/print-metadata.ts';
import { IR_VERSION, OPSET, PRODUCER } from '../onnx-version.ts';
import { exportAttributes, inexactFloats } from './attributes.ts';
import { reserveNames } from './reserved-names.ts';
import { type StoredConstants, storeConstants } from './stored-constants.ts';
import { UniqueNames } from './unique-names.ts';

export interface OnnxExport {
  readonly model: ModelProto;
  /** The ONNX name of every input, node output and tap; constants that a layout took away have none. */
  readonly valueNames: ReadonlyMap<ValueId, string>;
}

/**
 * The graph as an ONNX model; hand it to `writeOnnx`. Nothing is evaluated before a tensor is written.
 *
 * Inputs, outputs and initializers carry the ports' names and the `state_dict` keys; what ONNX has no place for (calls, taps,
 * trainability, provenance) stands in `metadata_props`, from which `importOnnx` makes the graph again. `version`: Torchlift's.
 */
export function exportOnnx(graph: Graph, version: string): OnnxExport {
  const stored = storeConstants(graph);
  const names = new Names(graph, stored);
  const nodeNames = new UniqueNames();
  const nodes: NodeProto[] = [];
  const nodeMetadata: NodeMetadata[] = [];
  const callPositions = new Map(graph.calls.map((call, position) => [call.id, position]));
  const positionOf = (id: Graph['calls'][number]['id']): number => {
    const position = callPositions.get(id);
    invariant(position !== undefined, `no call ${id}`);
    return position;
  };
  for (const node of stored.nodes) {
    invariant(node.domain === '' && node.since <= OPSET, `${node.name}: ${node.domain}:${node.op} of opset ${node.since} isn't in opset ${OPSET}`);
    const name = nodeNames.take(node.name);
    const floats = inexactFloats(node);
    nodes.push({
      name,
      opType: node.op,
      domain: '',
      inputs: node.inputs.map((input) => (input === null ? '' : names.of(input))),
      outputs: node.outputs.map((output) => names.of(output)),
      attributes: exportAttributes(node),
    });
    nodeMetadata.push({
      ...(name === node.name ? {} : { name: node.name }),
      ...(node.calls.length === 0 ? {} : { calls: node.calls.map(positionOf) }),
      ...(floats === undefined ? {} : { floats }),
    });
  }
  graph.outputs.forEach((port, index) => {
    const [from, to] = [names.of(port.value), names.outputs[index] as string];
    if (from !== to) nodes.push({ name: nodeNames.take(to), opType: 'Identity', domain: '', inputs: [from], outputs: [to], attributes: [] });
  });
  const metadata: OnnxMetadata = {
    model: graph.model,
    inputs: graph.inputs.map((port) => port.name),
    outputs: graph.outputs.map((port) => ({ name: port.name, value: names.of(port.value) })),
    nodes: nodeMetadata,
    weights: stored.initializers.map(({ weight }, index) => weightMetadata(names.initializers[index] as string, weight, graph)),
    names: names.changed(),
    calls: graph.calls.map(({ layer, index, className, mode, tap }) => ({
      layer,
      index,
      className,
      mode,
      tap: 'value' in tap ? { value: names.of(tap.value), toSource: tap.toSource } : { absorbedBy: positionOf(tap.absorbedBy) },
    })),
  };
  const outputs = new Set(names.outputs);
  const model: ModelProto = {
    irVersion: IR_VERSION,
    opsetImport: [{ domain: '', version: OPSET }],
    producerName: PRODUCER,
    producerVersion: version,
    domain: '',
    graph: {
      name: new UniqueNames().take(graph.model.name),
      nodes,
      initializers: stored.initializers.map(({ value }, index) => initializer(graph, value, names.initializers[index] as string)),
      sparseInitializerCount: 0,
      inputs: graph.inputs.map((port) => valueInfo(names.of(port.value), graphValue(graph, port.value))),
      outputs: graph.outputs.map((port, index) => valueInfo(names.outputs[index] as string, graphValue(graph, port.value))),
      valueInfo: stored.nodes
        .flatMap((node) => node.outputs)
        .filter((output) => !outputs.has(names.of(output)))
        .map((output) => valueInfo(names.of(output), graphValue(graph, output))),
    },
    metadataProps: [{ key: METADATA_KEY, value: printMetadata(metadata) }],
    functions: [],
    trainingInfoCount: 0,
  };
  return { model, valueNames: names.byValue };
}

/** ONNX names: inputs, weights and outputs take theirs first, so that those are exact; then the values as they are made. */
class Names {
  readonly byValue = new Map<ValueId, string>();
  readonly initializers: readonly string[];
  /** By port. */
  readonly outputs: readonly string[];
  readonly #graph: Graph;
  readonly #stored: StoredConstants;

  constructor(graph: Graph, stored: StoredConstants) {
    this.#graph = graph;
    this.#stored = stored;
    const unique = new UniqueNames();
    const keys = stateKeys(graph);
    const keyed = stored.initializers.flatMap(({ weight }) => (weight === undefined ? [] : (keys.get(weight) ?? [])));
    const inputs = new Map(graph.inputs.map((port, index) => [port.value, index]));
    const reserved = reserveNames(
      unique,
      graph.inputs.map((port) => port.name),
      keyed,
      graph.outputs.map(({ name, value }) => ({ name, input: inputs.get(value) })),
    );
    graph.inputs.forEach((port, index) => {
      this.byValue.set(port.value, reserved.inputs[index] as string);
    });
    this.outputs = reserved.outputs;
    const made = new Set(stored.nodes.flatMap((node) => node.outputs));
    // A value has one name: a second output of it, an input or an initializer goes through an Identity.
    graph.outputs.forEach((port, index) => {
      if (made.has(port.value) && !this.byValue.has(port.value)) this.byValue.set(port.value, this.outputs[index] as string);
    });
    for (const value of made) if (!this.byValue.has(value)) this.byValue.set(value, unique.take(graphValue(graph, value).name));
    // Parameters and buffers stand first.
    this.initializers = stored.initializers.map(({ value }, index) => reserved.keys[index] ?? unique.take(graphValue(graph, value).name));
    for (const [value, position] of stored.initializerOf) this.byValue.set(value, this.initializers[position] as string);
  }

  of(value: ValueId): string {
    const name = this.byValue.get(value);
    invariant(name !== undefined, `value ${value} (${this.#graph.values.get(value)?.name}) has no name in the ONNX graph`);
    return name;
  }

  /** The graph's names of values where importing would not come to them, by ONNX name. */
  changed(): ReadonlyMap<string, string> {
    const changed = new Map<string, string>();
    const note = (value: ValueId, otherwise = this.of(value)): void => {
      const { name } = graphValue(this.#graph, value);
      if (name !== otherwise) changed.set(this.of(value), name);
    };
    for (const port of this.#graph.inputs) note(port.value, port.name);
    for (const node of this.#stored.nodes) for (const output of node.outputs) note(output);
    for (const { value, weight } of this.#stored.initializers) note(value, defaultName(weight, this.#graph));
    return changed;
  }
}

/** What `GraphBuilder` calls a parameter or buffer; undefined for constants. The name of its layout may show up in printed code. */
function defaultName(id: ValueId | undefined, graph: Graph): string | undefined {
  const weight = id === undefined ? undefined : graph.weights.get(id);
  if (weight === undefined || weight.kind === 'constant') return undefined;
  return [...weight.owner, weight.part, weight.role].filter(Boolean).join('/');
}

function graphValue(graph: Graph, id: ValueId | undefined): Value {
  const value = id === undefined ? undefined : graph.values.get(id);
  invariant(value !== undefined, `no value ${id}`);
  return value;
}

function valueInfo(name: string, { dtype, shape }: Value): ValueInfoProto {
  return { name, type: { elemType: DATA_TYPE[dtype], shape } };
}

function initializer(graph: Graph, id: ValueId, name: string): TensorProto {
  const { dtype, shape } = graphValue(graph, id);
  invariant(
    shape.every((dim) => typeof dim === 'number'),
    `${name}: a constant of free size`,
  );
  const dims = shape as readonly number[];
  const source: TensorSource = { dtype, shape: dims, place: name, read: () => evaluateConstant(graph, id).data };
  return { name, dataType: DATA_TYPE[dtype], dims, source, sizeBytes: elementCount(dims) * DTYPE_BYTES[dtype] };
}

function weightMetadata(name: string, id: ValueId | undefined, graph: Graph): WeightMetadata {
  const weight: Weight | undefined = id === undefined ? undefined : graph.weights.get(id);
  if (weight === undefined) return { name, kind: 'constant', trainable: false, owner: [], role: 'constant' };
  const { kind, trainable, owner, part, role, sourceName } = weight;
  return {
    name,
    kind,
    trainable,
    owner,
    ...(part === undefined ? {} : { part }),
    role,
    ...(sourceName === undefined ? {} : { sourceName }),
  };
}
