import { elementCount } from '../../../core/dtypes.ts';
import { TorchliftError } from '../../../core/errors.ts';
import { dataTypeToDType } from '../../../formats/onnx/data-types.ts';
import type { OnnxFile } from '../../../formats/onnx/open-onnx-file.ts';
import type { GraphProto, ModelProto, OperatorSetIdProto, TensorProto, ValueInfoProto } from '../../../formats/onnx/proto.ts';
import { countOperators, type OperatorCount } from '../count-operators.ts';
import { METADATA_KEY, type OnnxMetadata } from '../metadata/metadata.ts';
import { parseMetadata } from '../metadata/parse-metadata.ts';

export interface OnnxInspection {
  readonly irVersion: number;
  readonly opsets: readonly OperatorSetIdProto[];
  readonly producer: { readonly name: string; readonly version: string };
  readonly graphName: string;
  readonly operators: readonly OperatorCount[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /** Of all graphs. `parameters`: elements. */
  readonly initializers: { readonly count: number; readonly parameters: number; readonly sizeBytes: number };
  /** What Torchlift wrote into its own file; undefined for a foreign one. */
  readonly torchlift: OnnxOrigin | undefined;
  /** One line each: external data, custom domains, functions, damaged metadata. */
  readonly unsafe: readonly string[];
}

interface OnnxPort {
  readonly name: string;
  /** Null for sequences, maps, strings and the like. */
  readonly dtype: string | null;
  /** Null where not even the rank is known, and for an axis of unknown size. */
  readonly shape: readonly (number | string | null)[] | null;
}

interface OnnxOrigin {
  readonly model: OnnxMetadata['model'];
  /** Elements of parameters by trainability, and of buffers. */
  readonly parameters: { readonly trainable: number; readonly frozen: number; readonly buffers: number };
  /** In call order: the layer's path joined by `/`, and its Keras class. */
  readonly calls: readonly { readonly layer: string; readonly className: string }[];
}

/** Domains whose operators onnx itself defines. */
const STANDARD_DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'ai.onnx.training', 'ai.onnx.preview.training']);

/** What `inspect` says of an `.onnx` file. Reads no tensor. */
export function inspectOnnx({ model, fileName }: Pick<OnnxFile, 'model' | 'fileName'>): OnnxInspection {
  const { graph } = model;
  const tensors = allTensors(graph);
  const initializerNames = new Set(graph.initializers.map(({ name }) => name));
  const unsafe = [...findings(model, tensors)];
  const torchlift = origin(model, fileName, unsafe);
  return {
    irVersion: model.irVersion,
    opsets: model.opsetImport,
    producer: { name: model.producerName, version: model.producerVersion },
    graphName: graph.name,
    operators: countOperators(model),
    // Up to IR version 3 initializers stood among the inputs.
    inputs: graph.inputs.filter(({ name }) => !initializerNames.has(name)).map(port),
    outputs: graph.outputs.map(port),
    initializers: {
      count: tensors.length,
      parameters: tensors.reduce((sum, { dims }) => sum + elementCount(dims), 0),
      sizeBytes: tensors.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    },
    torchlift,
    unsafe,
  };
}

function port({ name, type }: ValueInfoProto): OnnxPort {
  return { name, dtype: type === undefined ? null : (dataTypeToDType(type.elemType) ?? null), shape: type?.shape ?? null };
}

/** Initializers of the graph and of the graphs in its nodes' attributes. The reader bounds how deep they are nested. */
function allTensors(graph: GraphProto): readonly TensorProto[] {
  const tensors: TensorProto[] = [];
  const visit = ({ initializers, nodes }: GraphProto): void => {
    for (const tensor of initializers) tensors.push(tensor);
    for (const { attributes } of nodes) for (const attribute of attributes) if (attribute.type === 'graph') visit(attribute.value);
  };
  visit(graph);
  return tensors;
}

function* findings(model: ModelProto, tensors: readonly TensorProto[]): Generator<string> {
  const external = new Map<string, string>();
  for (const tensor of tensors) {
    if (tensor.external === undefined) continue;
    const { location, refusal } = tensor.external;
    if (refusal !== undefined || !external.has(location)) {
      external.set(
        location,
        `external data in ${JSON.stringify(location)}${refusal === undefined ? '' : `, refused: ${refusal.what} (initializer ${tensor.name})`}`,
      );
    }
  }
  yield* external.values();
  const operators = countOperators(model);
  for (const domain of new Set(operators.map((operator) => operator.domain))) {
    if (STANDARD_DOMAINS.has(domain)) continue;
    const names = operators.filter((operator) => operator.domain === domain).map(({ op }) => op);
    yield `operators of the custom domain ${JSON.stringify(domain)}: ${names.join(', ')}`;
  }
  if (model.functions.length > 0) {
    yield `functions, which redefine operators: ${model.functions.map(({ domain, name }) => `${domain}:${name}`).join(', ')}`;
  }
}

function origin(model: ModelProto, fileName: string, unsafe: string[]): OnnxOrigin | undefined {
  const entry = model.metadataProps.find(({ key }) => key === METADATA_KEY);
  if (entry === undefined) return undefined;
  let metadata: OnnxMetadata;
  try {
    metadata = parseMetadata(entry.value, `${fileName}: metadata ${METADATA_KEY}`);
  } catch (error) {
    if (!(error instanceof TorchliftError)) throw error;
    unsafe.push(`metadata that says Torchlift wrote the file and can't be read: ${error.what}`);
    return undefined;
  }
  const parameters = { trainable: 0, frozen: 0, buffers: 0 };
  const dims = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor.dims]));
  for (const { name, kind, trainable } of metadata.weights) {
    const count = elementCount(dims.get(name) ?? [0]);
    if (kind === 'buffer') parameters.buffers += count;
    else if (kind === 'parameter') parameters[trainable ? 'trainable' : 'frozen'] += count;
  }
  return {
    model: metadata.model,
    parameters,
    calls: metadata.calls.map(({ layer, className }) => ({ layer: layer.join('/'), className })),
  };
}
