import { TorchliftError } from '../../../core/errors.ts';
import { type CallMetadata, METADATA_VERSION, type NodeMetadata, type OnnxMetadata, type WeightMetadata } from './metadata.ts';
import { UntrustedJson } from './untrusted-json.ts';

/**
 * Reads what `printMetadata` wrote, as untrusted data: every key and type is checked here, agreement with the graph by the importer.
 * Throws `malformed-file` with the place, `unsupported` where a newer Torchlift wrote it.
 */
export function parseMetadata(text: string, place: string): OnnxMetadata {
  const json = UntrustedJson.parse(text, place);
  const version = json
    .entries()
    .find(([key]) => key === 'version')?.[1]
    .index();
  if (version !== undefined && version > METADATA_VERSION) {
    throw new TorchliftError('unsupported', {
      what: `metadata of version ${version}, this Torchlift reads ${METADATA_VERSION}`,
      where: place,
      remedy: 'Update Torchlift.',
    });
  }
  if (version !== METADATA_VERSION) throw json.malformed(`version ${version}, expected ${METADATA_VERSION}`);
  const root = json.object(['version', 'model', 'inputs', 'outputs', 'nodes', 'weights', 'names', 'calls']);
  const calls = root.calls.list((call) => call);
  return {
    model: parseModel(root.model),
    inputs: root.inputs.list((name) => name.string()),
    outputs: root.outputs.list((output) => {
      const { name, value } = output.object(['name', 'value']);
      return { name: name.string(), value: value.string() };
    }),
    nodes: root.nodes.list((node) => parseNode(node, calls.length)),
    weights: root.weights.list(parseWeight),
    names: parseNames(root.names),
    calls: calls.map((call) => parseCall(call, calls.length)),
  };
}

function parseModel(json: UntrustedJson): OnnxMetadata['model'] {
  const model = json.object(['name', 'sourceName', 'framework', 'frameworkVersion'], ['classes', 'preprocess']);
  return {
    name: model.name.string(),
    sourceName: model.sourceName.string(),
    framework: model.framework.oneOf(['keras', 'onnx']),
    frameworkVersion: model.frameworkVersion.string(),
    classes: model.classes?.list((name) => name.string()),
    preprocess: model.preprocess?.list((step) => step.raw()),
  };
}

function parseNode(json: UntrustedJson, callCount: number): NodeMetadata {
  const { name, calls, floats } = json.object([], ['name', 'calls', 'floats']);
  return {
    ...(name === undefined ? {} : { name: name.string() }),
    ...(calls === undefined ? {} : { calls: calls.list((call) => call.index(callCount)) }),
    ...(floats === undefined ? {} : { floats: parseFloats(floats) }),
  };
}

function parseFloats(json: UntrustedJson): NonNullable<NodeMetadata['floats']> {
  const read = (value: UntrustedJson) => (value.isList() ? value.list((item) => (item.isNull() ? null : item.number())) : value.number());
  return Object.fromEntries(json.entries().map(([name, value]) => [name, read(value)]));
}

function parseWeight(json: UntrustedJson): WeightMetadata {
  const weight = json.object(['name', 'kind', 'trainable', 'owner', 'role'], ['part', 'sourceName']);
  const kind = weight.kind.oneOf(['parameter', 'buffer', 'constant']);
  const trainable = weight.trainable.boolean();
  if (trainable && kind !== 'parameter') throw json.malformed(`a ${kind} that is trainable`);
  return {
    name: weight.name.string(),
    kind,
    trainable,
    owner: weight.owner.list((segment) => segment.string()),
    ...(weight.part === undefined ? {} : { part: weight.part.string() }),
    role: weight.role.string(),
    ...(weight.sourceName === undefined ? {} : { sourceName: weight.sourceName.string() }),
  };
}

function parseNames(json: UntrustedJson): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  json.list((pair) => {
    const [from, to, ...rest] = pair.list((name) => name.string());
    if (from === undefined || to === undefined || rest.length > 0 || names.has(from)) throw pair.malformed('expected a new pair of names');
    names.set(from, to);
  });
  return names;
}

function parseCall(json: UntrustedJson, callCount: number): CallMetadata {
  const { layer, index, className, mode, tap } = json.object(['layer', 'index', 'className', 'mode', 'tap']);
  const { value, toSource, absorbedBy } = tap.object([], ['value', 'toSource', 'absorbedBy']);
  const common = {
    layer: layer.list((segment) => segment.string()),
    index: index.index(),
    className: className.string(),
    mode: mode.oneOf(['follows', 'inference']),
  };
  if (absorbedBy !== undefined && value === undefined && toSource === undefined)
    return { ...common, tap: { absorbedBy: absorbedBy.index(callCount) } };
  if (absorbedBy !== undefined || value === undefined || toSource === undefined) throw tap.malformed('expected value and toSource, or absorbedBy');
  return { ...common, tap: { value: value.string(), toSource: toSource.list((axis) => axis.index()) } };
}
